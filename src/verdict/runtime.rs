//! Row 2: variables that the runtime itself reads, as a table with its sources.

use super::native::LIBRARIES;

/// Who reads some variables by itself, whatever the Python code does.
#[derive(Debug)]
pub struct Runtime {
    /// The reader, for a person.
    pub reader: &'static str,
    /// When the reader is there.
    pub presence: Presence,
    /// The documentation or code that says so.
    pub source: &'static str,
    /// The names; `*` at an end is any rest.
    pub names: &'static [&'static str],
}

/// When a runtime reader is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// In every container that runs Python.
    Always,
    /// With a library that may be part of the image and need not be among the scanned files.
    WithLibrary,
    /// Perhaps: the name looks like one of the reader's, but is not in its documentation.
    Unknown,
}

/// Who reads `name`, if the runtime does. Exact names are looked for before patterns.
pub fn reader_of(name: &str) -> Option<&'static Runtime> {
    let named = |exact: bool| {
        RUNTIMES.iter().chain(LIBRARIES).find(|runtime| {
            runtime.names.iter().any(|known| match known.strip_suffix('*') {
                Some(prefix) => !exact && name.starts_with(prefix),
                None => exact && *known == name,
            })
        })
    };
    named(true).or_else(|| named(false))
}

const RUNTIMES: &[Runtime] = &[
    Runtime {
        reader: "the Python interpreter",
        presence: Presence::Always,
        // `python --help-env` of 3.8 to 3.14 and `site.py`, `sysconfig`, `asyncio/coroutines.py`.
        source: "https://docs.python.org/3/using/cmdline.html#environment-variables",
        names: &[
            "PYTHONASYNCIODEBUG",
            "PYTHONBREAKPOINT",
            "PYTHONCASEOK",
            "PYTHONCOERCECLOCALE",
            "PYTHONDEBUG",
            "PYTHONDEVMODE",
            "PYTHONDONTWRITEBYTECODE",
            "PYTHONDUMPREFS",
            "PYTHONDUMPREFSFILE",
            "PYTHONEXECUTABLE",
            "PYTHONFAULTHANDLER",
            "PYTHONHASHSEED",
            "PYTHONHOME",
            "PYTHONINSPECT",
            "PYTHONINTMAXSTRDIGITS",
            "PYTHONIOENCODING",
            "PYTHONMALLOC",
            "PYTHONMALLOCSTATS",
            "PYTHONNODEBUGRANGES",
            "PYTHONNOUSERSITE",
            "PYTHONOPTIMIZE",
            "PYTHONPATH",
            "PYTHONPERFSUPPORT",
            "PYTHONPLATLIBDIR",
            "PYTHONPROFILEIMPORTTIME",
            "PYTHONPYCACHEPREFIX",
            "PYTHONSAFEPATH",
            "PYTHONSTARTUP",
            "PYTHONTHREADDEBUG",
            "PYTHONTRACEMALLOC",
            "PYTHONUNBUFFERED",
            "PYTHONUSERBASE",
            "PYTHONUTF8",
            "PYTHONVERBOSE",
            "PYTHONWARNDEFAULTENCODING",
            "PYTHONWARNINGS",
            "PYTHON_BASIC_REPL",
            "PYTHON_COLORS",
            "PYTHON_CONTEXT_AWARE_WARNINGS",
            "PYTHON_CPU_COUNT",
            "PYTHON_DISABLE_REMOTE_DEBUG",
            "PYTHON_FROZEN_MODULES",
            "PYTHON_GIL",
            "PYTHON_HISTORY",
            "PYTHON_JIT",
            "PYTHON_PERF_JIT_SUPPORT",
            "PYTHON_PRESITE",
            "PYTHON_THREAD_INHERIT_CONTEXT",
            "PYTHON_TLBC",
            "__PYVENV_LAUNCHER__",
        ],
    },
    Runtime {
        reader: "Python's standard library",
        presence: Presence::Always,
        // Lib/: tempfile, posixpath and shutil (HOME, PATH, COLUMNS, LINES), getpass, gettext,
        // webbrowser, pydoc, curses, py_compile, zoneinfo/_tzpath, xml, mailcap, _colorize.
        source: "https://github.com/python/cpython/tree/main/Lib",
        names: &[
            "TMPDIR",
            "TEMP",
            "TMP",
            "HOME",
            "PATH",
            "COLUMNS",
            "LINES",
            "LOGNAME",
            "USER",
            "LNAME",
            "USERNAME",
            "BROWSER",
            "PAGER",
            "MANPAGER",
            "TERM",
            "SOURCE_DATE_EPOCH",
            "MAILCAPS",
            "PYTHONTZPATH",
            "PYTHONDOCS",
            "PYTHON_DOM",
            "PY_SAX_PARSER",
            "NO_COLOR",
            "FORCE_COLOR",
            "POSIXLY_CORRECT",
        ],
    },
    Runtime {
        reader: "Python's urllib (and the HTTP clients that ask it for proxies)",
        presence: Presence::Always,
        // `getproxies_environment` looks at every `*_proxy` in either case; these are the ones in use.
        source: "https://docs.python.org/3/library/urllib.request.html#urllib.request.getproxies",
        names: &[
            "http_proxy",
            "https_proxy",
            "ftp_proxy",
            "all_proxy",
            "no_proxy",
            "ws_proxy",
            "wss_proxy",
            "socks_proxy",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "FTP_PROXY",
            "ALL_PROXY",
            "NO_PROXY",
            "WS_PROXY",
            "WSS_PROXY",
            "SOCKS_PROXY",
        ],
    },
    Runtime {
        reader: "the C library or its loader",
        presence: Presence::Always,
        // ld.so(8), tzset(3), locale(7), resolv.conf(5), mallopt(3), gconv; musl reads TZ, LANG, LC_*,
        // MUSL_LOCPATH, LD_LIBRARY_PATH and LD_PRELOAD.
        source: "https://man7.org/linux/man-pages/man8/ld.so.8.html and the pages it names",
        names: &[
            "TZ",
            "TZDIR",
            "LANG",
            "LANGUAGE",
            "LC_*",
            "LD_*",
            "LOCPATH",
            "MUSL_LOCPATH",
            "NLSPATH",
            "GCONV_PATH",
            "GETCONF_DIR",
            "HOSTALIASES",
            "LOCALDOMAIN",
            "RES_OPTIONS",
            "RESOLV_HOST_CONF",
            "MALLOC_ARENA_MAX",
            "MALLOC_ARENA_TEST",
            "MALLOC_CHECK_",
            "MALLOC_MMAP_MAX_",
            "MALLOC_MMAP_THRESHOLD_",
            "MALLOC_PERTURB_",
            "MALLOC_TOP_PAD_",
            "MALLOC_TRACE",
            "MALLOC_TRIM_THRESHOLD_",
            "GLIBC_TUNABLES",
        ],
    },
    Runtime {
        reader: "OpenSSL (through Python's ssl)",
        presence: Presence::Always,
        source: "https://docs.openssl.org/master/man7/openssl-env/",
        names: &[
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "SSLKEYLOGFILE",
            "OPENSSL_CONF",
            "OPENSSL_CONF_INCLUDE",
            "OPENSSL_MODULES",
            "OPENSSL_ENGINES",
            "OPENSSL_ia32cap",
            "OPENSSL_armcap",
            "OPENSSL_s390xcap",
            "OPENSSL_ppccap",
            "OPENSSL_MALLOC_FAILURES",
            "OPENSSL_WIN32_UTF8",
            "CTLOG_FILE",
            "QLOGDIR",
        ],
    },
    Runtime {
        reader: "SQLite (through Python's sqlite3)",
        presence: Presence::Always,
        source: "https://www.sqlite.org/tempfiles.html#temporary_file_storage_locations",
        names: &["SQLITE_TMPDIR"],
    },
    Runtime {
        reader: "NVIDIA's container toolkit, when it starts the container",
        presence: Presence::Always,
        source: "https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html",
        names: &["NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES", "NVIDIA_REQUIRE_*", "NVIDIA_DISABLE_REQUIRE"],
    },
    Runtime {
        reader: "perhaps the Python interpreter (the name is not in its documentation)",
        presence: Presence::Unknown,
        source: "https://docs.python.org/3/using/cmdline.html#environment-variables",
        names: &["PYTHON*"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_who_reads() {
        for (name, expected) in [
            ("PYTHONUNBUFFERED", Some(Presence::Always)),
            ("PYTHONPATH", Some(Presence::Always)),
            ("PYTHONPATHS", Some(Presence::Unknown)),
            ("TZ", Some(Presence::Always)),
            ("TZX", None),
            ("LC_ALL", Some(Presence::Always)),
            ("LD_PRELOAD", Some(Presence::Always)),
            ("https_proxy", Some(Presence::Always)),
            ("NO_PROXY", Some(Presence::Always)),
            ("HTTP_PROXY_USER", None),
            ("SSL_CERT_FILE", Some(Presence::Always)),
            ("PGPASSWORD", Some(Presence::WithLibrary)),
            ("PGADMIN_PASSWORD", None),
            ("OMP_NUM_THREADS", Some(Presence::WithLibrary)),
            ("NUMEXPR_NUM_THREADS", None),
            ("MALLOC_CONF", Some(Presence::WithLibrary)),
            ("TORCH_NCCL_DEBUG", Some(Presence::WithLibrary)),
            ("RAYON_NUM_THREADS", Some(Presence::WithLibrary)),
            ("ARROW_ROOT", None),
            ("SQLITE_TMPDIR", Some(Presence::Always)),
            ("API_TOKEN", None),
            ("SHELL", None),
        ] {
            assert_eq!(reader_of(name).map(|runtime| runtime.presence), expected, "{name}");
        }
    }

    #[test]
    fn every_row_has_a_source_and_no_name_is_listed_twice() {
        let mut seen = std::collections::BTreeSet::new();
        for runtime in RUNTIMES.iter().chain(LIBRARIES) {
            assert!(runtime.source.starts_with("https://"), "{}", runtime.reader);
            for name in runtime.names {
                assert!(seen.insert(name), "{name} twice");
            }
        }
    }
}
