//! The bytes of a bundle → a scan. Nothing in them is believed: every number is checked.

use std::sync::Arc;

use rayon::prelude::*;

use super::dto::*;
use super::{Bundle, Words, frames};
use crate::model::*;
use crate::report::words::Coded;

/// What the first line gives. The files of its reads are positions in its own list still.
struct First {
    images: Vec<Image>,
    roots: Vec<Root>,
    owners: Vec<Owner>,
    read_files: usize,
    reads: Vec<Read>,
}

/// What the second line gives.
struct Second {
    files: Vec<SourceFile>,
    roots: usize,
    read_files: Vec<FileId>,
    graph: ImportGraph,
    scripts: Vec<Script>,
    notices: Vec<Notice>,
    outlined: usize,
    parsed: usize,
    words: Words,
}

/// Reads a bundle.
///
/// # Errors
/// If it is damaged, of a newer version, or none: one sentence.
pub fn load(bytes: &[u8]) -> Result<Bundle, String> {
    let damaged = || String::from("a damaged scan bundle (its parts do not fit together): scan again");
    let (first, second) = frames::both(
        bytes,
        |line| first(frames::line(line)?).ok_or_else(damaged),
        |line| second(frames::line(line)?).ok_or_else(damaged),
    )?;
    join(first, second).ok_or_else(damaged)
}

/// The path of a module without its extension, and a package's without `/__init__`.
pub fn stem(path: &str) -> &str {
    let path = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    path.strip_suffix("/__init__").unwrap_or(path)
}

fn first(head: Head<'_>) -> Option<First> {
    let images = head.images.len();
    let read_files = head.read_files.len();
    Some(First {
        owners: head.owners.into_iter().map(owner).collect::<Option<_>>()?,
        roots: head.roots.into_iter().map(|dto| root(dto, images)).collect::<Option<_>>()?,
        images: head.images.into_iter().map(image).collect(),
        reads: head.reads.into_iter().map(|dto| read(dto, read_files)).collect::<Option<_>>()?,
        read_files,
    })
}

fn second(body: Body) -> Option<Second> {
    let roots = body.files.roots.len();
    let files = files(body.files)?;
    let count = files.len();
    let script = |dto: ScriptDto| Some(Script { name: dto.name, module: dto.module, root: below(dto.root, roots)? });
    let (words, graph) = rayon::join(
        || words(body.words, count),
        || {
            let imports = rows(&body.imports, count).filter(|imports| imports.len() == count)?;
            Some(ImportGraph { imports, modules: modules(&files, &body.modules)? })
        },
    );
    Some(Second {
        read_files: body.read_files.iter().map(|id| below(*id, count)).collect::<Option<_>>()?,
        scripts: body.scripts.into_iter().map(script).collect::<Option<_>>()?,
        notices: body.notices.into_iter().map(notice).collect::<Option<_>>()?,
        outlined: usize::try_from(body.outlined).ok()?,
        parsed: usize::try_from(body.parsed).ok()?,
        words: words?,
        graph: graph?,
        files,
        roots,
    })
}

fn join(first: First, second: Second) -> Option<Bundle> {
    let Second { files, read_files, graph, scripts, notices, outlined, parsed, words, roots } = second;
    let fits = roots == first.roots.len()
        && read_files.len() == first.read_files
        && files.iter().all(|file| file.owner < first.owners.len());
    if !fits {
        return None;
    }
    let mut reads = first.reads;
    for read in &mut reads {
        let steps = read.chain.iter_mut().map(|step| &mut step.place);
        let others = read.passed.iter_mut().map(|passed| &mut passed.place).chain(read.users.iter_mut().flatten());
        for place in [&mut read.place].into_iter().chain(read.given.as_mut()).chain(steps).chain(others) {
            place.file = *read_files.get(place.file)?;
        }
    }
    let sources =
        Sources { scripts, images: first.images, roots: first.roots, owners: first.owners, files, notices: Vec::new() };
    Some(Bundle { scan: Scan { sources, reads, graph, notices, outlined, parsed }, words })
}

fn words(dto: WordsDto, files: usize) -> Option<Words> {
    let mut words = Words { text: dto.list, ..Words::default() };
    words.ends = memchr::memchr_iter(b'\n', words.text.as_bytes()).collect();
    words.starts.reserve(words.ends.len());
    words.places.reserve(dto.lines.len());
    let mut lines = dto.lines.into_iter().map(|line| (line > 0).then_some(line));
    each_row(&dto.files, files, |row| {
        words.starts.push(words.places.len());
        words.places.extend(row.iter().copied().zip(&mut lines));
        Some(())
    })?;
    let fits = words.starts.len() == words.ends.len() && words.places.len() == dto.files.deltas.len();
    let sorted = words.text.split_terminator('\n').is_sorted();
    (fits && sorted && lines.next().is_none()).then_some(words)
}

fn below(number: u32, limit: usize) -> Option<usize> {
    usize::try_from(number).ok().filter(|number| *number < limit)
}

fn root(dto: RootDto, images: usize) -> Option<Root> {
    let image = match dto.image {
        Some(image) => Some(below(image, images)?),
        None => None,
    };
    Some(Root { kind: RootKind::of(&dto.kind)?, path: dto.label.clone().into(), label: dto.label, image })
}

fn owner(dto: OwnerDto) -> Option<Owner> {
    Some(Owner { kind: RootKind::of(&dto.kind)?, name: dto.name, version: dto.version })
}

fn image(dto: ImageDto) -> Image {
    Image {
        label: dto.label,
        names: dto.names,
        digests: dto.digests,
        env: dto.env,
        entrypoint: dto.entrypoint,
        cmd: dto.cmd,
        working_dir: dto.working_dir,
        labels: dto.labels,
        application: dto.application,
    }
}

fn notice(dto: NoticeDto) -> Option<Notice> {
    Some(Notice { kind: NoticeKind::of(&dto.kind)?, file: dto.file, line: dto.line, detail: dto.detail })
}

fn files(dto: FilesDto) -> Option<Vec<SourceFile>> {
    let times = |(value, count): (usize, u32)| std::iter::repeat_n(value, count as usize);
    let mut of_root = dto.roots.into_iter().enumerate().flat_map(times);
    let mut of_owner = dto.owners.into_iter().flat_map(|(owner, count)| times((owner as usize, count)));
    let mut of_python = dto.python.into_iter().enumerate().flat_map(times);
    let file = |path: &str| {
        Some(SourceFile {
            root: of_root.next()?,
            path: if path.contains('\\') { unescaped(path).into() } else { Arc::from(path) },
            owner: of_owner.next()?,
            python: of_python.next()? % 2 == 1,
            size: 0,
        })
    };
    dto.paths.split_terminator('\n').map(file).collect()
}

/// A path as it was before a line end stood behind it.
fn unescaped(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut chars = path.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(chars.next().map(|c| if c == 'n' { '\n' } else { c })),
            c => out.push(c),
        }
    }
    out
}

fn rows(dto: &RowsDto, limit: usize) -> Option<Vec<Vec<FileId>>> {
    let mut rows = Vec::with_capacity(dto.counts.len());
    each_row(dto, limit, |row| {
        rows.push(row.to_vec());
        Some(())
    })?;
    Some(rows)
}

/// Gives each row in turn.
fn each_row(dto: &RowsDto, limit: usize, mut take: impl FnMut(&[FileId]) -> Option<()>) -> Option<()> {
    let mut rest = dto.deltas.as_slice();
    let mut row = Vec::new();
    for count in &dto.counts {
        let (deltas, more) = rest.split_at_checked(*count as usize)?;
        rest = more;
        row.clear();
        let mut last = 0_i64;
        for delta in deltas {
            last = last.checked_add(*delta)?;
            row.push(usize::try_from(last).ok().filter(|number| *number < limit)?);
        }
        take(&row)?;
    }
    Some(())
}

/// The names of the modules: by their paths, and from where their names begin.
fn modules(files: &[SourceFile], starts: &[u32]) -> Option<Vec<(String, FileId)>> {
    let python = files.iter().enumerate().filter(|(_, file)| file.python);
    let mut names = Vec::new();
    let mut starts = starts.iter();
    for (id, file) in python {
        let start = *starts.next()? as usize;
        if start == u32::MAX as usize {
            continue;
        }
        let short = stem(&file.path).get(start..)?;
        names.push((short.replace('/', "."), id));
        // As `link::modules` names it: only `.py` is no part of the name.
        let path = file.path.strip_suffix(".py").unwrap_or(&file.path);
        let path = path.strip_suffix("/__init__").unwrap_or(path);
        if path != short {
            names.push((path.replace('/', "."), id));
        }
    }
    names.par_sort_unstable();
    names.dedup();
    Some(names)
}

fn read(dto: ReadDto<'_>, files: usize) -> Option<Read> {
    let place = |(file, line, column, end_line, end_column): PlaceDto| {
        let span = Span { line, column, end_line, end_column };
        Some(Place { file: below(file, files)?, span })
    };
    let given = match dto.given {
        Some(given) => Some(place(given)?),
        None => None,
    };
    let step = |(at, what): (_, Text<'_>)| Some(Step { place: place(at)?, what: what.owned() });
    let settings = |(class, field, constructed, at_import): (Text<'_>, Text<'_>, _, _)| SettingsField {
        class: class.owned(),
        field: field.owned(),
        constructed,
        at_import,
    };
    let text = |text: Option<Text<'_>>| text.map(Text::owned);
    let passed = |(at, given)| Some(Passed { place: place(at)?, given });
    Some(Read {
        key: Key { kind: KeyKind::of(&dto.kind)?, text: dto.key.into_owned(), case_sensitive: dto.case_sensitive },
        place: place(dto.place)?,
        given,
        function: text(dto.function),
        reader: dto.reader.into_owned(),
        access: Access::of(&dto.access)?,
        absent: Absence {
            outcome: Outcome::of(&dto.outcome)?,
            exception: text(dto.exception),
            default: text(dto.default),
        },
        condition: text(dto.condition),
        passed: dto.passed.into_iter().map(passed).collect::<Option<_>>()?,
        timing: Timing::of(&dto.timing)?,
        chain: dto.chain.into_iter().map(step).collect::<Option<_>>()?,
        settings: dto.settings.map(settings),
        files: dto.files,
        users: match dto.users {
            Some(users) => Some(users.into_iter().map(place).collect::<Option<_>>()?),
            None => None,
        },
        explained: dto.explained,
    })
}
