//! What of an image is the application: by its entry point, its marks of installation, its folders.

use crate::common::{Temporary, stripcheck};
use crate::make::{self, write};

const SITE: &str = "usr/lib/python3/dist-packages/";

/// What the program takes for the application in a root file system with these files and settings, and which
/// keys that application reads.
fn taken(files: &[(&str, &str)], config: &str) -> (String, Vec<String>) {
    let folder = Temporary::new(&format!("entry-{}", config.len() * 31 + files.len()));
    let system = [("etc/os-release", ""), ("usr/bin/python3", "\x7fELF")];
    let files: Vec<(String, String)> =
        system.iter().chain(files).map(|(path, text)| (path.to_string(), text.to_string())).collect();
    write(&folder.0.join("flat.tar"), &make::tar_of(&files, ""));
    write(&folder.0.join("config.json"), format!("{{\"config\":{{{config}}}}}").as_bytes());
    let arguments = ["--image-config", "config.json", "flat.tar", "-o", "a.scan"];
    let output = stripcheck(&folder.0).arg("scan").args(arguments).output().expect("run");
    assert_eq!(output.status.code(), Some(0), "{config}: {}", String::from_utf8_lossy(&output.stderr));
    let bytes = std::fs::read(folder.0.join("a.scan")).expect("bundle");
    let text = String::from_utf8(zstd::decode_all(&bytes[..]).expect("zstd shows it")).expect("text");
    let head: serde_json::Value = serde_json::from_str(text.lines().next().expect("a line")).expect("JSON");
    let number = |value: &serde_json::Value| usize::try_from(value.as_u64().expect("number")).expect("small");
    let is_own = |read: &&serde_json::Value| {
        let file = &head["read_files"][number(&read["place"][0])];
        head["owners"][number(&file["owner"])]["kind"] == "application"
    };
    let reads = head["reads"].as_array().expect("reads").iter().filter(is_own);
    let mut keys: Vec<String> = reads.map(|read| read["key"].as_str().expect("key").to_string()).collect();
    keys.sort();
    (head["images"][0]["application"].as_str().expect("text").to_string(), keys)
}

/// A distribution with one module, which reads the name in capitals.
fn distribution(name: &str, scripts: &str) -> Vec<(String, String)> {
    let info = format!("{SITE}{name}-1.0.dist-info");
    vec![
        (format!("{SITE}{name}/__init__.py"), format!("import os\nos.environ['{}_KEY']\n", name.to_uppercase())),
        (format!("{SITE}{name}/cli.py"), String::new()),
        (format!("{info}/METADATA"), format!("Name: {name}\nVersion: 1.0\n")),
        (format!("{info}/RECORD"), format!("{name}/__init__.py,,\n{name}/cli.py,,\n{name}-1.0.dist-info/METADATA,,\n")),
        (format!("{info}/entry_points.txt"), format!("[console_scripts]\n{scripts}\n")),
    ]
}

const APP: &str = "import os\nos.environ['OWN_KEY']\n";

#[test]
fn the_entry_point_tells_the_application() {
    let mut dists = distribution("acme", "acme-web = acme.cli:main");
    dists.extend(distribution("other", "other-tool = other.cli:main"));
    let dists: Vec<(&str, &str)> = dists.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let with = |more: &[(&'static str, &'static str)]| {
        let mut files: Vec<(&str, &str)> = dists.clone();
        files.extend(more);
        files
    };
    let start = "#!/bin/sh\nset -e\ncd /srv/web\nexec gunicorn acme_web.wsgi:app\n";
    for (files, config, said, keys) in [
        (with(&[]), r#""Cmd":["python","-m","acme.cli"]"#, "acme (its entry point runs acme.cli)", &["ACME_KEY"][..]),
        (with(&[]), r#""Cmd":["acme-web"]"#, "acme (its entry point runs its command acme-web)", &["ACME_KEY"]),
        (
            with(&[]),
            r#""Entrypoint":["/bin/sh","-c","exec gunicorn -b :80 other:app"]"#,
            "other (its entry point runs other)",
            &["OTHER_KEY"],
        ),
        (
            with(&[("srv/web/acme_web/wsgi.py", APP)]),
            r#""Cmd":["gunicorn","--chdir","/srv/web","acme_web.wsgi:app"]"#,
            "/srv/web (its entry point runs acme_web.wsgi)",
            &["OWN_KEY"],
        ),
        (
            with(&[("srv/web/acme_web/wsgi.py", APP), ("start.sh", start)]),
            r#""Entrypoint":["/start.sh"]"#,
            "/srv/web (its entry point runs acme_web.wsgi)",
            &["OWN_KEY"],
        ),
        (
            with(&[("srv/run.py", APP), ("entry.sh", "#!/bin/bash\nexec \"$@\"\n")]),
            r#""Entrypoint":["/entry.sh"],"Cmd":["python3","/srv/run.py"]"#,
            "/srv (its entry point runs /srv/run.py)",
            &["OWN_KEY"],
        ),
        (
            with(&[("main.py", APP), ("aside/other.py", APP)]),
            r#""Cmd":["python3","/main.py"]"#,
            "/main.py (its entry point runs /main.py)",
            &["OWN_KEY"],
        ),
        (
            with(&[("app/migrations/env.py", APP)]),
            r#""Cmd":["acme-web"],"WorkingDir":"/app""#,
            "/app (its WORKDIR, which holds Python); acme (its entry point runs its command acme-web)",
            &["ACME_KEY", "OWN_KEY"],
        ),
        (
            with(&[("app/service/__main__.py", APP)]),
            r#""Cmd":["python","-m","service"],"WorkingDir":"/app""#,
            "/app (its WORKDIR, and its entry point runs service)",
            &["OWN_KEY"],
        ),
        (
            with(&[(
                "usr/lib/python3/dist-packages/other-1.0.dist-info/direct_url.json",
                r#"{"url": "file:///src", "dir_info": {"editable": true}}"#,
            )]),
            r#""Cmd":["bash"]"#,
            "other (installed from a folder: direct_url.json)",
            &["OTHER_KEY"],
        ),
        (with(&[("opt/own/x.py", APP)]), r#""Env":["PYTHONPATH=/opt/own"]"#, "/opt/own (its PYTHONPATH)", &["OWN_KEY"]),
        (with(&[]), r#""Cmd":["gunicorn","-c","/etc/conf.py"]"#, "", &[]),
    ] {
        assert_eq!(taken(&files, config), (said.to_string(), keys.iter().map(|k| k.to_string()).collect()), "{config}");
    }
}

#[test]
fn an_editable_installation_is_the_application() {
    let info = format!("{SITE}acme-1.0.dist-info");
    let site: Vec<(String, String)> = vec![
        (format!("{info}/METADATA"), "Name: acme\nVersion: 1.0\n".into()),
        (format!("{info}/RECORD"), "__editable__.acme-1.0.pth,,\nacme-1.0.dist-info/METADATA,,\n".into()),
        (format!("{SITE}__editable__.acme-1.0.pth"), "/code/src\n".into()),
        ("code/src/acme/web.py".into(), APP.into()),
    ];
    let files: Vec<(&str, &str)> = site.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (said, keys) = taken(&files, r#""Cmd":["python","-m","acme.web"]"#);
    assert_eq!((&*said, keys.concat().as_str()), ("acme (its entry point runs acme.web)", "OWN_KEY"));
    let linked = [(&*format!("{SITE}acme.egg-link"), "/code/src\n.\n"), ("code/src/acme/web.py", APP)];
    let (said, keys) = taken(&linked, r#""Cmd":["bash"]"#);
    assert_eq!((&*said, keys.concat().as_str()), ("src (installed as editable: .egg-link)", "OWN_KEY"));
}
