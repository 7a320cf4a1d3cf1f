//! Trees on disk → sources. Each test has a folder of its own.

mod installed;

use std::fs;
use std::path::{Path, PathBuf};

use super::*;

struct Tree(PathBuf);

impl Tree {
    /// A tree with these files; a path that ends in `/` is an empty folder.
    fn new(name: &str, files: &[(&str, &str)]) -> Tree {
        let name = format!("stripcheck-discover-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("temporary folder");
        let tree = Tree(fs::canonicalize(path).expect("canonical"));
        for (path, text) in files {
            let path = tree.0.join(path);
            if path.to_string_lossy().ends_with('/') {
                fs::create_dir_all(path).expect("folder");
                continue;
            }
            fs::create_dir_all(path.parent().expect("parent")).expect("folder");
            fs::write(path, text).expect("file");
        }
        tree
    }

    fn try_discover(&self, app: &[&str], vendored: &[&str]) -> Result<Sources, Failure> {
        let request = Request {
            app: app.iter().map(PathBuf::from).collect(),
            vendored: vendored.iter().map(PathBuf::from).collect(),
            cwd: self.0.clone(),
            ..Request::default()
        };
        discover(&request, &mut Files::default())
    }

    fn discover(&self, app: &[&str], vendored: &[&str]) -> Sources {
        self.try_discover(app, vendored).expect("sources")
    }

    #[cfg(unix)]
    fn link(&self, link: &str, target: &str) {
        std::os::unix::fs::symlink(target, self.0.join(link)).expect("link");
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// `root: path [owner version]`
fn files(sources: &Sources) -> Vec<String> {
    let show = |file: &SourceFile| {
        let owner = &sources.owners[file.owner];
        let version = owner.version.as_deref().unwrap_or("-");
        let root = &sources.roots[file.root].label;
        format!("{root}: {} [{} {version}]", file.path, owner.name)
    };
    sources.files.iter().map(show).collect()
}

fn roots(sources: &Sources) -> Vec<String> {
    let show = |root: &Root| format!("{:?} {}", root.kind, root.label);
    sources.roots.iter().map(show).collect()
}

fn notices(sources: &Sources) -> Vec<&str> {
    let files = sources.notices.iter().map(|n| n.file.as_deref());
    files.map(Option::unwrap_or_default).collect()
}

#[test]
fn application_roots_honour_gitignore_but_for_vendor_folders() {
    let tree = Tree::new(
        "gitignore",
        &[
            ("app/.gitignore", "vendor/\ngenerated/\n"),
            ("app/main.py", ""),
            ("app/x.py/inner.py", ""),
            ("app/.hidden/h.py", ""),
            ("app/generated/g.py", ""),
            ("app/vendor/acme/__init__.py", "__version__ = \"7\"\n"),
            ("app/vendor/.gitignore", "*\n"),
            ("app/vendor/node_modules/kept.py", ""),
            ("app/env/pyvenv.cfg", ""),
            ("app/env/lib/python3.11/site-packages/v.py", ""),
            ("app/node_modules/n.py", ""),
            ("app/.git/hook.py", ""),
        ],
    );
    let sources = tree.discover(&["app"], &[]);
    assert_eq!(
        files(&sources),
        [
            "app: .gitignore [app -]",
            "app: .hidden/h.py [app -]",
            "app: main.py [app -]",
            "app: x.py/inner.py [app -]",
            "app/vendor: .gitignore [app/vendor -]",
            "app/vendor: acme/__init__.py [acme 7]",
            "app/vendor: node_modules/kept.py [node_modules -]",
        ]
    );
    assert_eq!(roots(&sources), ["Application app", "Vendored app/vendor"]);
}

#[test]
fn the_inner_root_owns_its_files() {
    let tree = Tree::new("nested", &[("a.py", ""), ("lib/b.py", ""), ("lib/c.py", ""), ("d.py", "")]);
    let sources = tree.discover(&[".", "./"], &["lib", "d.py"]);
    let expected = [".: a.py [. -]", "lib: b.py [b -]", "lib: c.py [c -]", ".: d.py [d -]"];
    assert_eq!(files(&sources), expected);
    assert_eq!(sources.roots.len(), 3);
}

#[test]
fn what_is_named_but_cannot_be_scanned_is_a_failure() {
    let tree = Tree::new("missing", &[("x.whl", ""), ("env/pyvenv.cfg", "")]);
    for (app, vendored, said) in
        [("gone", "", "gone"), ("", "x.whl", "damaged"), ("", "env", "site-packages"), ("", "", "--app")]
    {
        let given = |path: &'static str| [path].into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>();
        let failure = tree.try_discover(&given(app), &given(vendored)).expect_err("a failure");
        assert!(failure.message.contains(said), "{failure}");
    }
}

#[test]
fn a_folder_is_taken_apart_into_its_projects() {
    let tree = Tree::new(
        "monorepo",
        &[
            ("run.py", ""),
            ("a/pyproject.toml", "[project]\nname='a'\n[project.scripts]\na='a.cli:main'\n"),
            ("a/src/a/cli.py", ""),
            ("a/plugin/setup.py", "setup(name='p')"),
            ("a/plugin/p.py", ""),
            ("b/setup.cfg", "[flake8]\nx=1\n"),
            ("b/b.py", ""),
            ("a/.venv/pyvenv.cfg", ""),
            ("a/.venv/lib/python3.12/site-packages/v.py", ""),
        ],
    );
    let sources = tree.discover(&[], &[]);
    assert_eq!(
        roots(&sources),
        ["Application .", "Application a", "Application a/plugin", "Distribution a/.venv/lib/python3.12/site-packages",]
    );
    let shown = files(&sources);
    assert!(shown.contains(&".: b/b.py [. -]".to_string()), "{shown:?}");
    assert!(shown.contains(&"a/plugin: p.py [a/plugin -]".to_string()), "{shown:?}");
    let script = sources.scripts.first().expect("a command");
    assert_eq!((&*script.module, script.root), ("a.cli", 1));
}

#[cfg(unix)]
#[test]
fn links_are_followed_once_and_loops_reported() {
    let tree = Tree::new("links", &[("app/pkg/a.py", ""), ("shared/s.py", ""), ("shared/t/u.py", "")]);
    for (link, target) in [
        ("app/again", "pkg"),
        ("app/loop", ".."),
        ("app/pkg/self", "."),
        ("app/gone.py", "nowhere"),
        ("app/shared", "../shared"),
        ("app/shared2", "../shared"),
        ("app/t.py", "../shared/t/u.py"),
        ("app/b.py", "pkg/a.py"),
        ("shared/back", "../app"),
        ("shared/t/round", ".."),
    ] {
        tree.link(link, target);
    }
    let sources = tree.discover(&["app"], &[]);
    let expected = ["app: pkg/a.py [app -]", "app: shared/s.py [app -]", "app: shared/t/u.py [app -]"];
    assert_eq!(files(&sources), expected);
    assert_eq!(notices(&sources), ["app/gone.py", "app/loop", "app/pkg/self", "app/shared/t/round"]);
}

#[test]
fn scripts_are_known_by_their_first_line() {
    let tree = Tree::new(
        "scripts",
        &[
            ("bin/tool", "#!/usr/bin/env python3\n"),
            ("bin/sh", "#!/bin/sh\npython\n"),
            ("bin/x.pyw", ""),
            ("t.txt", "#!python"),
        ],
    );
    let sources = tree.discover(&["."], &[]);
    let python: Vec<_> = sources.files.iter().filter(|f| f.python).map(|f| &*f.path).collect();
    assert_eq!((python, sources.files.len()), (vec!["bin/tool", "bin/x.pyw"], 4));
}

#[test]
fn charts_are_found_without_those_they_bring() {
    let tree = Tree::new(
        "charts",
        &[
            ("deploy/web/Chart.yaml", ""),
            ("deploy/web/charts/redis/Chart.yaml", ""),
            ("charts/api/Chart.yaml", ""),
            ("out/Chart.yaml", ""),
            (".gitignore", "out/\n"),
            ("vendor/x/Chart.yaml", ""),
        ],
    );
    let expected: Vec<_> = ["charts/api", "deploy/web"].map(|chart| tree.0.join(Path::new(chart))).into();
    assert_eq!(charts(&tree.0), expected);
}
