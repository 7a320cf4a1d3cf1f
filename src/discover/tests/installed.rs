//! Other people's code: environments, distributions, vendored trees.

use super::*;

#[test]
fn installed_files_belong_to_distributions() {
    let tree = Tree::new(
        "owners",
        &[
            ("site/Foo_Bar-1.0.dist-info/METADATA", "Name: Foo-Bar\nVersion: 1.0\n\n"),
            ("site/Foo_Bar-1.0.dist-info/RECORD", "foo/a.py,,\nns/foo.py,,\n../../bin/foo,,\n"),
            ("site/Foo_Bar-1.0.dist-info/entry_points.txt", "[console_scripts]\nfoo = foo.cli:run\n"),
            ("site/foo/a.py", ""),
            ("site/foo/made_later.py", ""),
            ("site/foo/_vendor/six.py", "__version__ = '1.16'\n"),
            ("site/bin/foo", "#!/usr/bin/python3\n"),
            ("site/ns/foo.py", ""),
            ("site/ns/old.py", ""),
            ("site/old-2.0-py3.9.egg-info/PKG-INFO", "Name: old\nVersion: 2.0\n"),
            ("site/old-2.0-py3.9.egg-info/installed-files.txt", "../ns/old.py\n"),
            ("site/norecord-3.dist-info/METADATA", "Name: norecord\nVersion: 3\n"),
            ("site/norecord-3.dist-info/top_level.txt", "nr\n"),
            ("site/nr/x.py", ""),
            ("site/single-4.egg-info", "Name: single\nVersion: 4\n"),
            ("site/single.py", ""),
            ("site/stray/y.py", ""),
            ("site/foo/__pycache__/a.pyc", ""),
            ("site/foo/a.pyi", ""),
        ],
    );
    let sources = tree.discover(&[], &["site"]);
    let python = files(&sources).into_iter().zip(&sources.files);
    let python: Vec<_> = python.filter(|(_, f)| f.python).map(|(text, _)| text).collect();
    assert_eq!(
        python,
        [
            "site: bin/foo [Foo-Bar 1.0]",
            "site: foo/_vendor/six.py [six (in Foo-Bar) 1.16]",
            "site: foo/a.py [Foo-Bar 1.0]",
            "site: foo/made_later.py [Foo-Bar 1.0]",
            "site: nr/x.py [norecord 3]",
            "site: ns/foo.py [Foo-Bar 1.0]",
            "site: ns/old.py [old 2.0]",
            "site: single.py [single 4]",
            "site: stray/y.py [stray -]",
        ]
    );
    assert!(!sources.files.iter().any(|f| f.path.ends_with("RECORD") || f.path.contains("a.py") && f.path.len() > 8));
    assert_eq!(roots(&sources), ["Distribution site"]);
    let script = sources.scripts.first().expect("a command");
    assert_eq!((&*script.name, &*script.module), ("foo", "foo.cli"));
    assert!(sources.notices.is_empty(), "{:?}", sources.notices);
}

#[test]
fn environments_are_scanned_where_they_keep_packages() {
    for site in ["lib/python3.11/site-packages", "Lib/site-packages"] {
        let file = format!(".venv/{site}/p.py");
        let tree = Tree::new(&site.replace('/', "-"), &[(&file, ""), (".venv/pyvenv.cfg", ""), ("main.py", "")]);
        #[cfg(unix)]
        if site.starts_with("lib/") {
            tree.link(".venv/lib64", "lib");
        }
        let label = &format!("Distribution .venv/{site}");
        assert_eq!(roots(&tree.discover(&[], &[".venv"])), [label.as_str()]);
        assert_eq!(roots(&tree.discover(&[], &[])), ["Application .", label]);
        assert_eq!(roots(&tree.discover(&["."], &[])), ["Application ."]);
    }
}

#[test]
fn the_active_environment_is_used_if_it_is_one() {
    let tree = Tree::new(
        "active",
        &[
            ("work/main.py", ""),
            ("work/venv/pyvenv.cfg", ""),
            ("work/venv/lib/python3.11/site-packages/local.py", ""),
            ("active/lib/python3.11/site-packages/p.py", ""),
        ],
    );
    let mut request =
        Request { cwd: tree.0.join("work"), virtual_env: Some(tree.0.join("active")), ..Request::default() };
    let sources = discover(&request, &mut Files::default()).expect("sources");
    assert!(sources.files.iter().any(|f| &*f.path == "p.py"));
    assert!(!sources.files.iter().any(|f| &*f.path == "local.py"));
    request.virtual_env = Some(tree.0.join("gone"));
    let sources = discover(&request, &mut Files::default()).expect("sources");
    assert!(sources.files.iter().any(|f| &*f.path == "local.py"));
    assert_eq!(sources.notices.len(), 1);
}

#[test]
fn editable_installs_are_followed_once() {
    let tree = Tree::new(
        "editable",
        &[
            ("app/src/inside/i.py", ""),
            ("elsewhere/lib/out/o.py", ""),
            ("elsewhere/lib/.git/x.py", ""),
            ("elsewhere/found/pkg/p.py", ""),
            ("elsewhere/found/other/q.py", ""),
            ("site/out.pth", "import os; os.remove('x')\n# c\n\n../elsewhere/lib\n/no/such/folder\n"),
            ("site/in.pth", "../app/src\n"),
            ("site/out-1.dist-info/METADATA", "Name: out\nVersion: 1\n"),
            ("site/out-1.dist-info/RECORD", "out.pth,,\n"),
            ("site/win/lib/w.py", ""),
            ("site/win.pth", "win/lib\n"),
        ],
    );
    let finder = format!("MAPPING: dict[str, str] = {{'pkg': '{}/elsewhere/found/pkg'}}\n", tree.0.display());
    fs::write(tree.0.join("site/__editable___pkg_2_finder.py"), finder).expect("file");
    let sources = tree.discover(&["app"], &["site"]);
    let shown = files(&sources);
    let python: Vec<_> = shown.iter().filter(|f| f.contains(".py ") && !f.contains("finder")).collect();
    assert_eq!(
        python,
        [
            "app: src/inside/i.py [app -]",
            "elsewhere/found: pkg/p.py [pkg -]",
            "elsewhere/lib: out/o.py [out 1]",
            "site/win/lib: w.py [lib -]",
        ]
    );
    let notice = sources.notices.first().expect("a notice");
    assert_eq!((notice.file.as_deref(), notice.line), (Some("site/out.pth"), Some(5)));
    assert_eq!(sources.notices.len(), 1);
}

#[test]
fn vendored_trees_hold_a_package_a_folder_or_are_one() {
    let tree = Tree::new(
        "vendored",
        &[
            ("libs/vendor.txt", "urllib3==1.26.5 # via x\n"),
            ("libs/urllib3/__init__.py", ""),
            ("libs/six.py", "__version__ = '1'\n"),
            ("libs/client/setup.py", "setup(\n    name='acme-client',\n    version='3',\n)\n"),
            ("libs/client/acme/__init__.py", ""),
            ("libs/client/vendor/deep/__init__.py", ""),
            ("whole/pyproject.toml", "[project]\nname='whole-client'\nversion='9'\n"),
            ("whole/src/w.py", ""),
            ("pkg/__init__.py", ""),
            ("pkg/sub/m.py", ""),
        ],
    );
    let shown = files(&tree.discover(&[], &["libs", "whole", "pkg"]));
    for expected in [
        "libs: urllib3/__init__.py [urllib3 1.26.5]",
        "libs: six.py [six 1]",
        "libs: client/acme/__init__.py [acme-client 3]",
        "libs: client/vendor/deep/__init__.py [deep (in acme-client) -]",
        "libs: vendor.txt [libs -]",
        "whole: src/w.py [whole-client 9]",
        "pkg: sub/m.py [pkg -]",
    ] {
        assert!(shown.contains(&expected.to_string()), "{expected} not in {shown:#?}");
    }
}

#[test]
fn compiled_modules_are_listed_where_their_source_is_not() {
    let tree = Tree::new("bytecode", &[("lib/a.pyc", ""), ("lib/b.pyc", ""), ("lib/b.py", "")]);
    let sources = tree.discover(&[], &["lib"]);
    assert_eq!(files(&sources), ["lib: a.pyc [a -]", "lib: b.py [b -]"]);
    assert_eq!(notices(&sources), ["lib/a.pyc"]);
}

#[test]
fn an_owner_with_compiled_code_that_has_no_source_is_a_blind_spot() {
    let tree = Tree::new(
        "extensions",
        &[
            ("lib/a/_x.abi3.so", ""),
            ("lib/a/_y.so", ""),
            ("lib/a/__init__.py", ""),
            ("lib/b/fast.cpython-313-x86_64-linux-gnu.so", ""),
            ("lib/b/fast.py", ""),
        ],
    );
    let sources = tree.discover(&[], &["lib"]);
    assert_eq!(notices(&sources), ["lib/a/_x.abi3.so"]);
    let notice = &sources.notices[0];
    assert_eq!(notice.kind, crate::model::NoticeKind::NativeCode);
    assert_eq!(notice.detail, "a has compiled code without Python source (2 modules): only names in it are searched");
}
