//! The caches of uv and poetry, out of which a lock file picks what one service has.

use crate::common::Temporary;
use crate::make::{self, write};
use crate::{READS, part, reads, run, site};

const LOCK: &str = "version = 1\n\n[[package]]\nname = \"acme-client\"\nversion = \"2.4.1\"\nsource = { registry = \"x\" }\n\n\
    [[package]]\nname = \"other\"\nversion = \"1.0\"\nsource = { registry = \"x\" }\n\n\
    [[package]]\nname = \"own\"\nversion = \"0.1\"\nsource = { virtual = \".\" }\n";

/// A version that the lock does not pick.
fn newer() -> Vec<(String, String)> {
    let files = [
        ("other/__init__.py", "import os\nA = os.getenv('NEWER_NAME')\n"),
        ("other-2.0.dist-info/METADATA", "Name: other\nVersion: 2.0\n"),
        ("other-2.0.dist-info/RECORD", "other/__init__.py,,\n"),
    ];
    files.map(|(path, text)| (path.to_string(), text.to_string())).to_vec()
}

#[test]
fn a_lock_picks_versions_from_a_cache() {
    let folder = Temporary::new("caches");
    let at = |path: &str| folder.0.join(path);
    let packages = [part(&site(), "acme_client"), part(&site(), "other"), newer()];
    for (files, id) in packages.iter().zip(["x1", "y2", "a0"]) {
        for (path, text) in files {
            write(&at("uv/archive-v0").join(id).join(path), text.as_bytes());
        }
    }
    write(&at("uv/CACHEDIR.TAG"), b"Signature: 8a477f597d28d172789f06886806bc55");
    let wheels = ["acme_client-2.4.1-py3-none-any.whl", "other-1.0-py3-none-any.whl", "other-2.0-py3-none-any.whl"];
    for (files, (wheel, hash)) in packages.iter().zip(wheels.iter().zip(["1a/2b/3c/456", "ff/00/aa/1", "00/11/22/3"])) {
        write(&at("pypoetry/artifacts").join(hash).join(wheel), &make::zip(files, ""));
        write(&at("wheels").join(wheel), &make::zip(files, ""));
    }
    // What was built from an sdist lies there too: the wheel, and what it was built from.
    let other = part(&site(), "other");
    write(&at("uv/sdists-v11/pypi/other/1.0/q1/other-1.0-py3-none-any.whl"), &make::zip(&other, ""));
    write(&at("uv/simple-v28/pypi/other.rkyv"), b"\0");
    let sdist = [("other/__init__.py", other[0].1.as_str()), ("setup.py", "import os\nos.environ['OF_SETUP']\n")];
    let sdist: Vec<(String, String)> = sdist.map(|(path, text)| (path.to_string(), text.to_string())).to_vec();
    for (path, text) in &sdist {
        write(&at("uv/sdists-v11/pypi/other/1.0/q1/src").join(path), text.as_bytes());
    }
    let packed = make::gzip(&make::tar_of(&sdist, "other-1.0/"));
    write(&at("pypoetry/artifacts/ff/00/aa/1/other-1.0.tar.gz"), &packed);
    write(&at("uv.lock"), LOCK.as_bytes());
    write(&at("more.lock"), format!("{LOCK}\n[[package]]\nname = \"far\"\nversion = \"3\"\n").as_bytes());
    write(&at("none.lock"), b"[[package]]\nname = \"far\"\nversion = \"3\"\n");
    write(&at("plain/a.py"), b"");
    for cache in ["uv", "pypoetry", "pypoetry/artifacts", "wheels"] {
        assert_eq!(reads(&folder.0, &["--vendored", cache, "--lock", "uv.lock"]), READS, "{cache}");
    }
    let (_, json, _) = run(&folder.0, &["reads", "--format", "json", "--vendored", "uv", "--lock", "more.lock"]);
    assert!(json.contains("1 of the 3 packages that the lock picks are not in this cache"), "{json}");
    for (arguments, why) in [
        (&["--vendored", "uv"][..], "uv: a cache of uv: pass --lock uv.lock"),
        (&["--vendored", "pypoetry"], "pypoetry: a cache of poetry: pass --lock poetry.lock"),
        (&["--vendored", "uv", "--lock", "none.lock"], "has none of the 1 packages"),
        (&["--vendored", "plain", "--lock", "uv.lock"], "none of the given roots is a cache"),
        (&["--vendored", "uv", "--lock", "plain/a.py"], "no lock file with packages"),
        (&["--vendored", "uv", "--lock", "missing"], "--lock missing: "),
    ] {
        let (status, _, said) = run(&folder.0, &[&["reads"][..], arguments].concat());
        assert!(status == Some(2) && said.contains(why), "{arguments:?}: {said}");
    }
}
