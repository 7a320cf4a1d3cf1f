//! The bytes of a bundle → a scan. Nothing in them is believed: every number is checked.

use std::sync::Arc;

use super::dto::*;
use super::{Bundle, Words, frames};
use crate::model::*;
use crate::report::words::Coded;

/// Reads a bundle.
///
/// # Errors
/// If it is damaged, of a newer version, or none: one sentence.
pub fn load(bytes: &[u8]) -> Result<Bundle, String> {
    let (head, body): (Head, Body) = frames::read(bytes)?;
    convert(head, body).ok_or_else(|| "a damaged scan bundle (its parts do not fit together): scan again".into())
}

/// The path of a module without its extension, and a package's without `/__init__`.
pub fn stem(path: &str) -> &str {
    let path = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    path.strip_suffix("/__init__").unwrap_or(path)
}

fn convert(head: Head, body: Body) -> Option<Bundle> {
    let images = head.images.len();
    let owners = head.owners.into_iter().map(owner).collect::<Option<Vec<_>>>()?;
    let roots = head.roots.into_iter().map(|dto| root(dto, images)).collect::<Option<Vec<_>>>()?;
    let files = files(body.files, roots.len(), owners.len())?;
    let read_files: Vec<FileId> = body.read_files.iter().map(|id| below(*id, files.len())).collect::<Option<_>>()?;
    let imports = rows(&body.imports, files.len())?;
    let modules = modules(&files, &body.modules)?;
    let places = rows(&body.word_files, files.len())?;
    let notices = body.notices.into_iter().map(notice).collect::<Option<Vec<_>>>()?;
    let script =
        |dto: ScriptDto| Some(Script { name: dto.name, module: dto.module, root: below(dto.root, roots.len())? });
    let fits = imports.len() == files.len()
        && places.len() == body.words.len()
        && places.iter().map(Vec::len).sum::<usize>() == body.word_lines.len()
        && body.words.is_sorted();
    if !fits {
        return None;
    }
    let mut words = Words { list: body.words, ..Words::default() };
    let mut lines = body.word_lines.into_iter().map(|line| (line > 0).then_some(line));
    for row in places {
        words.starts.push(words.places.len());
        words.places.extend(row.into_iter().zip(&mut lines));
    }
    let sources = Sources {
        scripts: body.scripts.into_iter().map(script).collect::<Option<_>>()?,
        images: head.images.into_iter().map(image).collect(),
        roots,
        owners,
        files,
        notices: Vec::new(),
    };
    let scan = Scan {
        sources,
        reads: head.reads.into_iter().map(|dto| read(dto, &read_files)).collect::<Option<_>>()?,
        graph: ImportGraph { imports, modules },
        notices,
        outlined: usize::try_from(body.outlined).ok()?,
        parsed: usize::try_from(body.parsed).ok()?,
    };
    Some(Bundle { scan, words })
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

fn files(dto: FilesDto, roots: usize, owners: usize) -> Option<Vec<SourceFile>> {
    if dto.roots.len() != roots {
        return None;
    }
    let times = |(value, count): (usize, u32)| std::iter::repeat_n(value, count as usize);
    let mut of_root = dto.roots.into_iter().enumerate().flat_map(times);
    let mut of_owner = dto.owners.into_iter().flat_map(|(owner, count)| times((owner as usize, count)));
    let mut of_python = dto.python.into_iter().enumerate().flat_map(times);
    let file = |path: String| {
        Some(SourceFile {
            root: of_root.next()?,
            path: Arc::from(path),
            owner: of_owner.next().filter(|owner| *owner < owners)?,
            python: of_python.next()? % 2 == 1,
            size: 0,
        })
    };
    dto.paths.into_iter().map(file).collect()
}

fn rows(dto: &RowsDto, limit: usize) -> Option<Vec<Vec<FileId>>> {
    let mut deltas = dto.deltas.iter();
    let row = |&count: &u32| {
        let mut last = 0_i64;
        let numbers = deltas.by_ref().take(count as usize).map(|delta| {
            last = last.checked_add(*delta)?;
            usize::try_from(last).ok().filter(|number| *number < limit)
        });
        numbers.collect::<Option<Vec<_>>>().filter(|row| row.len() == count as usize)
    };
    dto.counts.iter().map(row).collect()
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
        names.push((stem(&file.path).get(start..)?.replace('/', "."), id));
        // As `link::modules` names it: only `.py` is no part of the name.
        let path = file.path.strip_suffix(".py").unwrap_or(&file.path);
        names.push((path.strip_suffix("/__init__").unwrap_or(path).replace('/', "."), id));
    }
    names.sort();
    names.dedup();
    Some(names)
}

fn read(dto: ReadDto, files: &[FileId]) -> Option<Read> {
    let place = |(file, line, column, end_line, end_column): PlaceDto| {
        let span = Span { line, column, end_line, end_column };
        Some(Place { file: *files.get(file as usize)?, span })
    };
    let given = match dto.given {
        Some(given) => Some(place(given)?),
        None => None,
    };
    let step = |(at, what)| Some(Step { place: place(at)?, what });
    let passed = |(at, given)| Some(Passed { place: place(at)?, given });
    let settings = |(class, field, constructed, at_import)| SettingsField { class, field, constructed, at_import };
    Some(Read {
        key: Key { kind: KeyKind::of(&dto.kind)?, text: dto.key, case_sensitive: dto.case_sensitive },
        place: place(dto.place)?,
        given,
        function: dto.function,
        reader: dto.reader,
        access: Access::of(&dto.access)?,
        absent: Absence { outcome: Outcome::of(&dto.outcome)?, exception: dto.exception, default: dto.default },
        condition: dto.condition,
        passed: dto.passed.into_iter().map(passed).collect::<Option<_>>()?,
        timing: Timing::of(&dto.timing)?,
        chain: dto.chain.into_iter().map(step).collect::<Option<_>>()?,
        settings: dto.settings.map(settings),
        explained: dto.explained,
    })
}
