//! Functions that Sprig and Helm have and this program has not: calling one is an error that names it.

use super::super::template::Fault;
use super::{ANY, Call, Function, Out, function};

/// The group.
pub const FUNCTIONS: &[Function] = &[
    function("derivePassword", 0, ANY, unsupported),
    function("buildCustomCert", 0, ANY, unsupported),
    function("decryptAES", 0, ANY, unsupported),
    function("mustToDuration", 0, ANY, unsupported),
    function("durationSeconds", 0, ANY, unsupported),
    function("durationMilliseconds", 0, ANY, unsupported),
    function("durationMicroseconds", 0, ANY, unsupported),
    function("durationNanoseconds", 0, ANY, unsupported),
    function("durationMinutes", 0, ANY, unsupported),
    function("durationHours", 0, ANY, unsupported),
    function("durationDays", 0, ANY, unsupported),
    function("durationWeeks", 0, ANY, unsupported),
    function("durationRoundTo", 0, ANY, unsupported),
    function("durationTruncateTo", 0, ANY, unsupported),
];

fn unsupported(call: &mut Call<'_>) -> Out {
    Err(Fault::ours(format!("function `{}` is not supported; pass rendered manifests or install helm", call.name)))
}
