//! Discover's files through outline, facts and link, in rounds of demand.
//!
//! Every Python file gets an outline; only units that are asked for are parsed. The first round asks
//! for the units that hold a library's word; each further round for the units that use a name which
//! the round before found to matter (a wrapper, a settings class, an alias), in files that can see it
//! through their imports. When a round adds nothing, all is known: computing everything gives the same
//! reads ([`Demand::Everything`], used by a test).

mod demand;
mod graph;
mod quotes;
mod store;
mod users;

use crate::files::Files;
use crate::libraries::Libraries;
pub use quotes::quotes;

use crate::link::{self, Interest, modules::Modules};
use crate::model::{Notice, NoticeKind, RootKind, Scan, Sources};
use crate::python::imports::When;

/// Which units are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// Those that can matter.
    Needed,
    /// All.
    Everything,
}

/// How many rounds are made at the most: each follows wrappers of wrappers one level further up.
const MAX_ROUNDS: usize = 6;

/// How many rounds are made beyond these at the most, for functions that were found to be given what can be read
/// through.
const MAX_SETTLING: usize = 4;

/// Scans all Python files of `sources`, whose bytes come from `files`, with what `libraries` say.
/// Never fails: what cannot be seen is a notice.
pub fn scan(sources: Sources, files: &Files, libraries: &Libraries<'_>) -> Scan {
    scan_with(sources, files, libraries, Demand::Needed)
}

/// [`scan`], computing the units that `demand` says.
pub fn scan_with(sources: Sources, files: &Files, libraries: &Libraries<'_>, demand: Demand) -> Scan {
    let (store, hits) = store::Store::load(&sources, files, libraries, demand);
    let modules = Modules::new(&sources);
    let graph = graph::build(&sources, &store, &modules);
    let mut notices = Vec::new();
    let (mut linked, demanded) = on_a_deep_stack(|| {
        let session = link::Session::new(&sources, &modules, &store, libraries);
        rounds(session, &store, &graph, hits, &mut notices)
    });
    let mut reads = std::mem::take(&mut linked.reads);
    demand::mark_constructed(&mut reads, &store, &demanded);
    notices.append(&mut linked.notices);
    notices.extend(sources.notices.iter().cloned());
    notices.extend(store.notices());
    notices.extend(missing_modules(&sources, &store, &modules));
    notices.sort();
    notices.dedup();
    let (outlined, parsed) = store.counts();
    let graph = graph.into_imports(&modules);
    users::mark(&mut reads, &sources, &store, &graph);
    Scan { graph, reads, notices, outlined, parsed, sources }
}

/// Links in rounds, until none finds a name that has not been followed.
fn rounds(
    mut session: link::Session<'_>,
    store: &store::Store<'_>,
    graph: &graph::Graph,
    mut demanded: store::Demanded,
    notices: &mut Vec<Notice>,
) -> (link::Linked, store::Demanded) {
    let mut known = Interest::default();
    let mut changed = demanded.keys().copied().collect();
    for round in 0.. {
        store.prefetch(&demanded);
        let found = session.round(&demanded, &changed).clone();
        let settled = found == known;
        if !settled && round == MAX_ROUNDS {
            notices.push(limit(format!("wrappers of wrappers were followed {MAX_ROUNDS} levels up, no further")));
        }
        changed = session.outdated().clone();
        if settled || round >= MAX_ROUNDS {
            if changed.is_empty() {
                break;
            }
            if round >= MAX_ROUNDS + MAX_SETTLING {
                notices.push(limit("what functions are given was not followed to the end".into()));
                break;
            }
        } else {
            changed.extend(demand::extend(&mut demanded, store, graph, &known, &found));
            changed.extend(demand::callers(&session.evaluated(), store, &known, &found));
        }
        known = found;
    }
    (session.finish(), demanded)
}

fn limit(detail: String) -> Notice {
    Notice { kind: NoticeKind::LimitReached, file: None, line: None, detail }
}

/// The evaluator recurses over nested code and calls, both bounded; the main thread's stack is too small.
fn on_a_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    const STACK: usize = 1 << 30;
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("link".into()).stack_size(STACK);
        match thread.spawn_scoped(scope, work) {
            Ok(handle) => handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(error) => std::panic::resume_unwind(Box::new(format!("no thread for the link stage: {error}"))),
        }
    })
}

/// Imports of the application that no root provides.
fn missing_modules(sources: &Sources, store: &store::Store<'_>, modules: &Modules<'_>) -> Vec<Notice> {
    use crate::link::modules::Target;
    let mut seen = std::collections::BTreeSet::new();
    let mut notices = Vec::new();
    for (id, file) in sources.files.iter().enumerate().filter(|(_, file)| file.python) {
        if sources.roots[file.root].kind != RootKind::Application {
            continue;
        }
        for import in store.outline_of(id).imports.iter().filter(|i| i.level == 0 && i.when != When::Never) {
            let first = import.module.split('.').next().unwrap_or("");
            let missing = !crate::libraries::stdlib::is_module(first)
                && modules.resolve(id, 0, first) == Target::Outside
                && seen.insert((file.root, first.to_string()));
            if missing {
                notices.push(Notice {
                    kind: NoticeKind::MissingModule,
                    file: Some(file.path.to_string()),
                    line: Some(import.line),
                    detail: format!("imports {first}, which no scanned root provides"),
                });
            }
        }
    }
    notices
}
