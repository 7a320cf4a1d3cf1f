//! Who reads a file: that decides which words in it can be variables.

/// Who reads a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// An interpreter of Python.
    Python,
    /// A shell, or something that writes variables as a shell does (make, docker).
    Shell,
    /// Some program: configuration in any syntax.
    Text,
    /// The processor.
    Native,
    /// An interpreter of Python, of a compiled module.
    Bytecode,
    /// People, browsers, or nothing that takes variables from it.
    Nobody,
    /// Only the content can tell.
    Unknown,
}

const SHELL: [&str; 8] = ["sh", "bash", "zsh", "ksh", "ash", "env", "mk", "dockerfile"];

const NATIVE: [&str; 4] = ["so", "pyd", "dylib", "dll"];

/// Extensions of what no program takes variables from: prose, web pages and their parts, pictures,
/// data, archives, and source that is not run as it is.
#[rustfmt::skip]
const NOBODY: &[&str] = &[
    "md", "rst", "txt", "adoc", "html", "htm", "xhtml", "css", "scss", "sass", "less", "map",
    "js", "mjs", "cjs", "jsx", "ts", "tsx", "vue", "svelte", "po", "pot", "mo", "gmo",
    "svg", "png", "jpg", "jpeg", "gif", "ico", "icns", "webp", "bmp", "tif", "tiff", "pdf", "ps", "eps",
    "woff", "woff2", "ttf", "otf", "eot", "afm", "pfb", "mp3", "mp4", "wav", "ogg", "webm",
    "zip", "gz", "bz2", "xz", "zst", "tar", "tgz", "whl", "jar", "egg", "7z", "br",
    "csv", "tsv", "parquet", "arrow", "npy", "npz", "pkl", "pickle", "db", "sqlite", "sqlite3", "h5",
    "ipynb", "sql", "graphql", "proto", "xsd", "dtd", "pem", "crt",
    "lark", "tab", "1", "3", "5", "7", "8",
    "c", "cc", "cpp", "cxx", "cu", "h", "hpp", "pyx", "pxd", "pxi", "pyi", "rs", "go", "f90", "a", "o",
];

/// What files are called that tell people something, whatever their extension.
const PROSE: &[&str] = &[
    "license",
    "licence",
    "copying",
    "notice",
    "authors",
    "contributors",
    "changelog",
    "changes",
    "history",
    "readme",
    "news",
    "todo",
    "codeowners",
    "security",
];

/// Who reads the file at `path`, by its name.
pub fn by_name(path: &str, python: bool) -> Reader {
    if python {
        return Reader::Python;
    }
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let metadata = |part: &str| part.ends_with(".dist-info") || part.ends_with(".egg-info");
    if folder.split('/').any(metadata) || metadata(name) || name == "PKG-INFO" {
        return Reader::Nobody;
    }
    let name = name.to_ascii_lowercase();
    let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
    let is_library = NATIVE.contains(&extension) || name.contains(".so.");
    let first = name.split(['.', '-', '_']).next().unwrap_or_default();
    if is_library {
        Reader::Native
    } else if extension == "pyc" {
        Reader::Bytecode
    } else if SHELL.contains(&extension)
        || matches!(first, "dockerfile" | "containerfile" | "makefile" | "gnumakefile" | "procfile" | "justfile")
        || name == ".env"
        || name.starts_with(".env.")
        || name == ".envrc"
        || first == "entrypoint" && extension.is_empty()
    {
        Reader::Shell
    } else if NOBODY.contains(&extension)
        || PROSE.contains(&first) && !matches!(extension, "yaml" | "yml" | "json" | "toml" | "ini" | "conf")
        || is_values(stem, extension)
    {
        Reader::Nobody
    } else {
        Reader::Unknown
    }
}

/// Values for a chart say what it sets.
fn is_values(stem: &str, extension: &str) -> bool {
    matches!(extension, "yaml" | "yml") && (stem.starts_with("values") || stem.ends_with("values"))
}

/// Who reads the file that starts with `head`, given what its name says.
pub fn by_content(named: Reader, head: &[u8]) -> Reader {
    if matches!(named, Reader::Python | Reader::Native | Reader::Bytecode | Reader::Nobody) {
        return named;
    }
    if is_executable(head) {
        return Reader::Native;
    }
    if memchr::memchr(0, head).is_some() {
        return Reader::Nobody;
    }
    match named {
        Reader::Unknown if starts_with_shell(head) => Reader::Shell,
        Reader::Unknown => Reader::Text,
        named => named,
    }
}

/// By the magic numbers of ELF, Mach-O (both byte orders, and with several architectures) and PE.
fn is_executable(head: &[u8]) -> bool {
    let magic = [
        &b"\x7fELF"[..],
        b"\xfe\xed\xfa\xce",
        b"\xfe\xed\xfa\xcf",
        b"\xce\xfa\xed\xfe",
        b"\xcf\xfa\xed\xfe",
        b"\xca\xfe\xba\xbe",
    ];
    magic.iter().any(|magic| head.starts_with(magic)) || head.starts_with(b"MZ") && memchr::memchr(0, head).is_some()
}

fn starts_with_shell(head: &[u8]) -> bool {
    let line = head.split(|&b| b == b'\n').next().unwrap_or(&[]);
    let Some(command) = line.strip_prefix(b"#!") else {
        return false;
    };
    let words = command.split(|b| matches!(b, b' ' | b'/' | b'\t' | b'\r'));
    words.into_iter().any(|word| matches!(word, b"sh" | b"bash" | b"dash" | b"ash" | b"zsh" | b"ksh"))
}

/// Whether a text is a Kubernetes manifest. Those set variables, as a chart does.
pub fn is_manifest(text: &[u8]) -> bool {
    let line = |start: &[u8]| {
        text.starts_with(start) || memchr::memmem::find_iter(text, start).any(|at| at > 0 && text[at - 1] == b'\n')
    };
    line(b"apiVersion:") && line(b"kind:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_reader() {
        for (path, expected) in [
            ("a/run.sh", Reader::Shell),
            ("Dockerfile.prod", Reader::Shell),
            (".env.example", Reader::Shell),
            ("entrypoint", Reader::Shell),
            ("a/_x.cpython-311-x86_64-linux-gnu.so", Reader::Native),
            ("libs/libpq.so.5", Reader::Native),
            ("a/hidden.pyc", Reader::Bytecode),
            ("README.md", Reader::Nobody),
            ("LICENSE", Reader::Nobody),
            ("LICENSE-MIT.rst", Reader::Nobody),
            ("security.yaml", Reader::Unknown),
            ("a-1.dist-info/METADATA", Reader::Nobody),
            ("deploy/values-prod.yaml", Reader::Nobody),
            ("config/app.yaml", Reader::Unknown),
            ("bin/tool", Reader::Unknown),
        ] {
            assert_eq!(by_name(path, false), expected, "{path}");
        }
        assert_eq!(by_name("tool.sh", true), Reader::Python);
    }

    #[test]
    fn content_tells_the_rest() {
        for (head, expected) in [
            (&b"#!/usr/bin/env bash\n"[..], Reader::Shell),
            (b"#!/bin/sh -e\n", Reader::Shell),
            (b"#!/usr/bin/perl\n", Reader::Text),
            (b"\x7fELF\x02\0", Reader::Native),
            (b"MZ is how this text starts", Reader::Text),
            (b"\x89HDF\0", Reader::Nobody),
            (b"key: value\n", Reader::Text),
            (b"", Reader::Text),
        ] {
            assert_eq!(by_content(Reader::Unknown, head), expected, "{head:?}");
        }
        assert!(is_manifest(b"---\napiVersion: v1\nkind: Pod\n"));
        assert!(!is_manifest(b"a:\n  apiVersion: v1\nkind: Pod\n"));
    }
}
