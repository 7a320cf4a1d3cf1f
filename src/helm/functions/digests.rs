//! Checksums.

use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::{Call, Function, Out, function};

/// The group.
pub const FUNCTIONS: &[Function] = &[
    function("sha1sum", 1, 1, digest::<Sha1>),
    function("sha256sum", 1, 1, digest::<Sha256>),
    function("sha512sum", 1, 1, digest::<Sha512>),
    function("adler32sum", 1, 1, |call| {
        let text = call.str(0)?;
        let (mut a, mut b) = (1_u32, 0_u32);
        for byte in text.as_str().bytes() {
            a = (a + u32::from(byte)) % 65_521;
            b = (b + a) % 65_521;
        }
        call.give_made((b << 16 | a).to_string())
    }),
];

fn digest<D: Digest>(call: &mut Call<'_>) -> Out {
    let text = call.str(0)?;
    let sum = D::digest(text.as_str().as_bytes());
    let hex = sum.iter().map(|byte| format!("{byte:02x}")).collect();
    call.give_made(hex)
}
