//! A scan → the bytes of a bundle.

use std::collections::BTreeMap;

use super::dto::*;
use super::{Words, frames};
use crate::model::{FileId, Image, ImportGraph, Notice, Place, Read, Scan, Script, Sources};
use crate::report::words::Coded;

/// The bytes of a bundle of `scan` and `words`.
///
/// # Errors
/// If there is no memory for it.
pub fn save(scan: &Scan, words: &Words, literal_paths: &Words) -> std::io::Result<Vec<u8>> {
    let mut read_files: BTreeMap<FileId, u32> = BTreeMap::new();
    for place in scan.reads.iter().flat_map(places) {
        read_files.insert(place.file, 0);
    }
    for (number, position) in (0..).zip(read_files.values_mut()) {
        *position = number;
    }
    let sources = &scan.sources;
    let of_file = |&file: &FileId| {
        let file = &sources.files[file];
        ReadFileDto { root: number(file.root), path: file.path.to_string(), owner: number(file.owner) }
    };
    let head = Head {
        tool: env!("CARGO_PKG_VERSION").into(),
        images: sources.images.iter().map(image).collect(),
        roots: (sources.roots.iter())
            .map(|root| RootDto {
                kind: root.kind.code().into(),
                label: root.label.clone(),
                image: root.image.map(number),
            })
            .collect(),
        owners: (sources.owners.iter())
            .map(|owner| OwnerDto {
                kind: owner.kind.code().into(),
                name: owner.name.clone(),
                version: owner.version.clone(),
            })
            .collect(),
        read_files: read_files.keys().map(of_file).collect(),
        reads: scan.reads.iter().map(|read| self::read(read, &read_files)).collect(),
    };
    let script = |script: &Script| ScriptDto {
        name: script.name.clone(),
        module: script.module.clone(),
        root: number(script.root),
    };
    let body = Body {
        files: files(sources),
        read_files: read_files.keys().copied().map(number).collect(),
        imports: rows(scan.graph.imports.iter().map(Vec::as_slice)),
        modules: modules(sources, &scan.graph),
        scripts: sources.scripts.iter().map(script).collect(),
        notices: scan.notices.iter().map(notice).collect(),
        outlined: scan.outlined as u64,
        parsed: scan.parsed as u64,
        words: self::words(words),
        literal_paths: self::words(literal_paths),
    };
    frames::write(&head, &body)
}

fn words(words: &Words) -> WordsDto {
    let word = |at: usize| words.places_of(at).iter().map(|(file, _)| *file).collect::<Vec<_>>();
    WordsDto {
        list: words.text.clone(),
        files: rows((0..words.ends.len()).map(word).collect::<Vec<_>>().iter().map(Vec::as_slice)),
        lines: words.places.iter().map(|(_, line)| line.unwrap_or(0)).collect(),
    }
}

/// More than 2³² of anything is over other limits.
fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn places(read: &Read) -> impl Iterator<Item = Place> {
    let others = read.passed.iter().map(|passed| passed.place).chain(read.users.iter().flatten().copied());
    [read.place].into_iter().chain(read.given).chain(read.chain.iter().map(|step| step.place)).chain(others)
}

fn image(image: &Image) -> ImageDto {
    let image = image.clone();
    ImageDto {
        label: image.label,
        names: image.names,
        digests: image.digests,
        env: image.env,
        entrypoint: image.entrypoint,
        cmd: image.cmd,
        working_dir: image.working_dir,
        labels: image.labels,
        application: image.application,
    }
}

fn read<'a>(read: &'a Read, files: &BTreeMap<FileId, u32>) -> ReadDto<'a> {
    let text = |text: &'a Option<String>| text.as_deref().map(|text| Text(text.into()));
    let place = |place: &Place| {
        let file = files.get(&place.file).copied().unwrap_or(u32::MAX);
        (file, place.span.line, place.span.column, place.span.end_line, place.span.end_column)
    };
    ReadDto {
        kind: read.key.kind.code().into(),
        key: read.key.text.as_str().into(),
        case_sensitive: read.key.case_sensitive,
        place: place(&read.place),
        given: read.given.as_ref().map(place),
        function: text(&read.function),
        reader: read.reader.as_str().into(),
        access: read.access.code().into(),
        outcome: read.absent.outcome.code().into(),
        exception: text(&read.absent.exception),
        default: text(&read.absent.default),
        condition: text(&read.condition),
        passed: read.passed.iter().map(|passed| (place(&passed.place), passed.given)).collect(),
        timing: read.timing.code().into(),
        effect: read.effect().code().into(),
        chain: read.chain.iter().map(|step| (place(&step.place), Text(step.what.as_str().into()))).collect(),
        settings: (read.settings.as_ref())
            .map(|s| (Text(s.class.as_str().into()), Text(s.field.as_str().into()), s.constructed, s.at_import)),
        files: read.files.clone(),
        users: read.users.as_ref().map(|users| users.iter().map(place).collect()),
        explained: read.explained,
    }
}

fn notice(notice: &Notice) -> NoticeDto {
    let notice = notice.clone();
    NoticeDto { kind: notice.kind.code().into(), file: notice.file, line: notice.line, detail: notice.detail }
}

fn files(sources: &Sources) -> FilesDto {
    let mut dto = FilesDto { roots: vec![0; sources.roots.len()], ..FilesDto::default() };
    let mut is_python = false;
    let mut run = 0;
    for file in &sources.files {
        dto.roots[file.root] += 1;
        dto.paths += &file.path.replace('\\', "\\\\").replace('\n', "\\n");
        dto.paths.push('\n');
        match dto.owners.last_mut() {
            Some((owner, count)) if *owner == number(file.owner) => *count += 1,
            _ => dto.owners.push((number(file.owner), 1)),
        }
        if file.python != is_python {
            dto.python.push(run);
            (is_python, run) = (file.python, 0);
        }
        run += 1;
    }
    dto.python.push(run);
    dto
}

fn rows<'a>(rows: impl Iterator<Item = &'a [FileId]>) -> RowsDto {
    let mut dto = RowsDto::default();
    let wide = |number: FileId| i64::try_from(number).unwrap_or(i64::MAX);
    for row in rows {
        dto.counts.push(number(row.len()));
        let mut last = 0;
        for &file in row {
            dto.deltas.push(wide(file) - wide(last));
            last = file;
        }
    }
    dto
}

/// A module's name is the end of its path: where that begins.
fn modules(sources: &Sources, graph: &ImportGraph) -> Vec<u32> {
    let mut starts: BTreeMap<FileId, usize> = BTreeMap::new();
    for (name, file) in &graph.modules {
        let path = super::load::stem(&sources.files[*file].path);
        // Of its names the shorter begins later; an empty one is that of a top-level `__init__`.
        let start = path.len().saturating_sub(name.len());
        let known = starts.entry(*file).or_insert(start);
        *known = (*known).max(start);
    }
    let python = (0..sources.files.len()).filter(|file| sources.files[*file].python);
    python.map(|file| starts.get(&file).copied().map_or(u32::MAX, number)).collect()
}
