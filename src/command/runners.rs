//! Programs that run a Python application, and programs that run another program.

/// A program that is told which module to run.
#[derive(Debug)]
pub struct Runner {
    /// The command, and the module of `python -m`.
    pub name: &'static str,
    /// The options whose value is the module.
    pub options: &'static [&'static str],
    /// Whether a plain argument can be the module.
    pub positional: bool,
    /// Whether it loads further modules of the application by names in its configuration.
    pub by_name: bool,
}

const fn server(name: &'static str) -> Runner {
    Runner { name, options: &[], positional: true, by_name: false }
}

const fn tool(name: &'static str, options: &'static [&'static str]) -> Runner {
    Runner { name, options, positional: true, by_name: true }
}

/// From each program's own documentation of its command line.
pub const RUNNERS: &[Runner] = &[
    server("gunicorn"),
    server("uvicorn"),
    server("hypercorn"),
    server("daphne"),
    server("granian"),
    server("waitress-serve"),
    server("fastapi"),
    server("sanic"),
    server("litestar"),
    server("chainlit"),
    server("streamlit"),
    server("bokeh"),
    server("panel"),
    server("arq"),
    server("taskiq"),
    server("dramatiq"),
    server("coverage"),
    tool("celery", &["-A", "--app"]),
    tool("flask", &["-A", "--app"]),
    tool("faust", &["-A", "--app"]),
    tool("uwsgi", &["-w", "-m", "--module", "--wsgi", "--wsgi-file"]),
    tool("huey_consumer", &[]),
    tool("huey_consumer.py", &[]),
    tool("rq", &["-c", "--config"]),
    tool("django-admin", &["--settings"]),
    tool("alembic", &[]),
    tool("scrapy", &[]),
    tool("airflow", &[]),
    tool("dagster", &["-m", "--module-name", "-f", "--python-file"]),
    tool("prefect", &[]),
    tool("luigi", &["--module"]),
    tool("pytest", &[]),
    tool("locust", &["-f"]),
];

/// Programs that start another one: name, the subcommand behind which it stands, and how many
/// words stand before it besides options and assignments.
pub const WRAPPERS: &[(&str, Option<&str>, usize)] = &[
    ("exec", None, 0),
    ("env", None, 0),
    ("nohup", None, 0),
    ("time", None, 0),
    ("nice", None, 0),
    ("setsid", None, 0),
    ("stdbuf", None, 0),
    ("eval", None, 0),
    ("command", None, 0),
    ("sudo", None, 0),
    ("timeout", None, 1),
    ("gosu", None, 1),
    ("su-exec", None, 1),
    ("tini", None, 0),
    ("tini-static", None, 0),
    ("dumb-init", None, 0),
    ("catatonit", None, 0),
    ("xvfb-run", None, 0),
    ("opentelemetry-instrument", None, 0),
    ("ddtrace-run", None, 0),
    ("sentry-run", None, 0),
    ("newrelic-admin", Some("run-program"), 0),
    ("poetry", Some("run"), 0),
    ("uv", Some("run"), 0),
    ("pdm", Some("run"), 0),
    ("pipenv", Some("run"), 0),
    ("hatch", Some("run"), 0),
    ("rye", Some("run"), 0),
    ("pixi", Some("run"), 0),
    ("conda", Some("run"), 0),
    ("watchmedo", Some("auto-restart"), 0),
    ("chamber", Some("exec"), 0),
    ("doppler", Some("run"), 0),
    ("op", Some("run"), 0),
];

/// Modules whose presence in what a program imports means that the application's modules are
/// loaded by dotted names in settings: what imports them then cannot be told from the import graph.
pub const LOAD_BY_NAME: &[&str] = &["django", "celery", "airflow", "alembic", "scrapy", "dagster", "stevedore"];
