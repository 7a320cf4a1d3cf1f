//! From the parser's events to nodes: anchors, merge keys, duplicate keys, and bounds on all of it.

use std::collections::BTreeMap;

use libyaml_safer::{Encoding, Event, EventData, Mark, Parser, ScalarStyle};

use super::scalar::{self, Kind};
use super::{Key, Node, Problem, Value};

/// How deep collections may nest. Kubernetes objects, the schemas in CustomResourceDefinitions
/// included, stay well below a hundred.
const MAX_DEPTH: usize = 256;
/// How much anchors and aliases may copy in one document: bytes of text, each node counted as
/// [`NODE_WEIGHT`].
const MAX_COPIED: usize = 16 << 20;
/// What a node weighs beside its text.
const NODE_WEIGHT: usize = 64;

/// Reads the documents of one piece, `text`, whose first line is line `first` of the file. Problems
/// that cost a document say so; the others (a duplicate key) are only told.
pub fn compose(text: &str, first: u32) -> (Vec<Node>, Vec<Problem>) {
    let mut input = text.as_bytes();
    let mut parser = Parser::new();
    parser.set_encoding(Encoding::Utf8);
    parser.set_input_string(&mut input);
    let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect();
    let lines = Lines { starts, first };
    let mut composer = Composer { parser, lines, anchors: BTreeMap::new(), copied: 0, problems: Vec::new() };
    let mut documents = Vec::new();
    if let Err(problem) = composer.stream(&mut documents) {
        composer.problems.push(problem);
    }
    (documents, composer.problems)
}

/// Lines and columns of byte offsets. The parser's own count also breaks lines at U+2028 and the
/// like, where an editor does not.
struct Lines {
    starts: Vec<usize>,
    first: u32,
}

impl Lines {
    fn place(&self, mark: Mark) -> (u32, u32) {
        let offset = usize::try_from(mark.index).unwrap_or(usize::MAX);
        let line = self.starts.partition_point(|&start| start <= offset).max(1) - 1;
        let clip = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        (self.first.saturating_add(clip(line)), clip(offset - self.starts[line]).saturating_add(1))
    }
}

struct Composer<'a, 'b> {
    parser: Parser<&'a mut &'b [u8]>,
    lines: Lines,
    /// `None`: too large to be kept.
    anchors: BTreeMap<String, Option<Node>>,
    copied: usize,
    problems: Vec<Problem>,
}

impl Composer<'_, '_> {
    fn stream(&mut self, documents: &mut Vec<Node>) -> Result<(), Problem> {
        loop {
            match self.next()?.data {
                EventData::StreamEnd => return Ok(()),
                EventData::DocumentStart { .. } => {
                    self.anchors.clear();
                    self.copied = 0;
                    let event = self.next()?;
                    documents.push(self.node(event, 0)?);
                }
                _ => {}
            }
        }
    }

    fn next(&mut self) -> Result<Event, Problem> {
        self.parser.parse().map_err(|error| {
            let mark = error.problem_mark().or(error.context_mark());
            let line = mark.map_or(self.lines.first, |mark| self.lines.place(mark).0);
            let context = match (error.context(), error.context_mark()) {
                (Some(context), Some(mark)) if !context.is_empty() => {
                    format!(" {context} that starts on line {}", self.lines.place(mark).0)
                }
                _ => String::new(),
            };
            let detail = format!("not YAML: {}{context}; the document is skipped", error.problem());
            Problem { line, detail }
        })
    }

    fn problem(&self, mark: Mark, detail: impl Into<String>) -> Problem {
        Problem { line: self.lines.place(mark).0, detail: detail.into() }
    }

    /// The node that begins with `event`, below `depth` collections.
    fn node(&mut self, event: Event, depth: usize) -> Result<Node, Problem> {
        let mark = event.start_mark;
        let (line, column) = self.lines.place(mark);
        if depth > MAX_DEPTH {
            let detail = format!("nested more than {MAX_DEPTH} deep; the document is skipped");
            return Err(self.problem(mark, detail));
        }
        let (anchor, value) = match event.data {
            EventData::Alias { anchor } => return self.alias(&anchor, mark, depth),
            EventData::Scalar { anchor, tag, value, style, .. } => {
                (anchor, Value::Scalar(kind(tag.as_deref(), style, &value), value))
            }
            EventData::SequenceStart { anchor, .. } => {
                let mut items = Vec::new();
                loop {
                    let event = self.next()?;
                    if event.data == EventData::SequenceEnd {
                        break;
                    }
                    items.push(self.node(event, depth + 1)?);
                }
                (anchor, Value::List(items))
            }
            EventData::MappingStart { anchor, .. } => (anchor, Value::Map(self.mapping(depth)?)),
            _ => return Err(self.problem(mark, "not YAML; the document is skipped")),
        };
        let node = Node { value, line, column };
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, copy(&node, MAX_DEPTH, &mut self.copied));
        }
        Ok(node)
    }

    fn alias(&mut self, anchor: &str, mark: Mark, depth: usize) -> Result<Node, Problem> {
        let Some(target) = self.anchors.get(anchor) else {
            let detail = format!("the alias *{anchor} has no anchor before it; the document is skipped");
            return Err(self.problem(mark, detail));
        };
        let left = MAX_DEPTH.saturating_sub(depth);
        let copied = target.as_ref().and_then(|target| copy(target, left, &mut self.copied));
        copied.ok_or_else(|| {
            let detail = format!(
                "the alias *{anchor} makes this document too large or too deep (an alias bomb?); the document is skipped"
            );
            self.problem(mark, detail)
        })
    }

    /// The entries of a mapping whose start has been read. The last of two equal keys wins, and a
    /// merge counts where it stands: as goyaml v2 has it.
    fn mapping(&mut self, depth: usize) -> Result<Vec<(Key, Node)>, Problem> {
        let mut entries: Vec<(Key, Node)> = Vec::new();
        // For each key its index, and whether it was merely merged in.
        let mut known: BTreeMap<String, (usize, bool)> = BTreeMap::new();
        loop {
            let event = self.next()?;
            if event.data == EventData::MappingEnd {
                return Ok(entries);
            }
            let mark = event.start_mark;
            let merges = matches!(&event.data,
                EventData::Scalar { value, plain_implicit: true, .. } if value == "<<");
            let key = self.node(event, depth + 1)?;
            let event = self.next()?;
            let value = self.node(event, depth + 1)?;
            let pairs = if merges { self.merged(value) } else { vec![(self.key(key, mark), value)] };
            for (key, value) in pairs {
                match known.get(&key.text) {
                    Some(&(index, merged)) => {
                        if !merged && !merges {
                            let detail = format!(
                                "the key `{}` stands twice in this mapping (first on line {}); the last one counts",
                                key.text, entries[index].0.line
                            );
                            self.problems.push(Problem { line: key.line, detail });
                        }
                        known.insert(key.text.clone(), (index, merges));
                        entries[index] = (key, value);
                    }
                    None => {
                        known.insert(key.text.clone(), (entries.len(), merges));
                        entries.push((key, value));
                    }
                }
            }
        }
    }

    /// What `<<: value` brings in: of several mappings the earlier ones count.
    fn merged(&mut self, value: Node) -> Vec<(Key, Node)> {
        let line = value.line;
        let mut wrong = false;
        let mut pairs = Vec::new();
        match value.value {
            Value::Map(entries) => pairs = entries,
            Value::List(items) => {
                for item in items.into_iter().rev() {
                    match item.value {
                        Value::Map(entries) => pairs.extend(entries),
                        _ => wrong = true,
                    }
                }
            }
            Value::Scalar(..) => wrong = true,
        }
        if wrong {
            let detail = "`<<` merges mappings only; this value is ignored".into();
            self.problems.push(Problem { line, detail });
        }
        pairs
    }

    /// A key as a string.
    fn key(&mut self, node: Node, mark: Mark) -> Key {
        let (line, column) = self.lines.place(mark);
        let text = match node.value {
            Value::Scalar(Kind::Text, text) => text,
            Value::Scalar(Kind::Bool(truth), _) => truth.to_string(),
            Value::Scalar(Kind::Number, text) => scalar::integer(&text).map_or(text, |number| number.to_string()),
            Value::Scalar(Kind::Null, _) | Value::List(_) | Value::Map(_) => {
                let detail = "this key is no string; Kubernetes refuses it".into();
                self.problems.push(Problem { line, detail });
                format!("(line {line})")
            }
        };
        Key { text, line, column }
    }
}

/// What a scalar is, by tag, style and text.
fn kind(tag: Option<&str>, style: ScalarStyle, text: &str) -> Kind {
    match tag.map(|tag| tag.strip_prefix("tag:yaml.org,2002:").unwrap_or(tag)) {
        None if style == ScalarStyle::Plain => scalar::resolve(text),
        Some("bool" | "int" | "float" | "null") => scalar::resolve(text),
        _ => Kind::Text,
    }
}

/// A copy, if the bounds allow it.
fn copy(node: &Node, depth: usize, copied: &mut usize) -> Option<Node> {
    *copied += weigh(node, depth, MAX_COPIED - *copied)?;
    Some(node.clone())
}

/// The weight of a node, unless it is more than `left` or nests deeper than `depth`.
fn weigh(node: &Node, depth: usize, left: usize) -> Option<usize> {
    let mut weight = NODE_WEIGHT;
    let mut add = |more: usize| {
        weight += more;
        (weight <= left).then(|| left - weight)
    };
    match &node.value {
        Value::Scalar(_, text) => {
            add(text.len())?;
        }
        Value::List(items) => {
            let mut left = add(0)?;
            for item in items {
                left = add(weigh(item, depth.checked_sub(1)?, left)?)?;
            }
        }
        Value::Map(entries) => {
            let mut left = add(0)?;
            for (key, value) in entries {
                let value = weigh(value, depth.checked_sub(1)?, left)?;
                left = add(value + NODE_WEIGHT + key.text.len())?;
            }
        }
    }
    Some(weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Documents in one line each, as JSON with bare scalars, then the problems by line.
    fn told(text: &str) -> (Vec<String>, Vec<u32>) {
        fn show(node: &Node) -> String {
            match &node.value {
                Value::Scalar(Kind::Text, text) => format!("{text:?}"),
                Value::Scalar(_, text) => text.clone(),
                Value::List(items) => {
                    format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(","))
                }
                Value::Map(entries) => {
                    let pairs = entries.iter().map(|(key, value)| format!("{}@{}:{}", key.text, key.line, show(value)));
                    format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
                }
            }
        }
        let (documents, problems) = compose(text, 10);
        (documents.iter().map(show).collect(), problems.iter().map(|p| p.line).collect())
    }

    #[test]
    fn documents_are_composed_as_helm_reads_them() {
        let table: [(&str, &str, &[u32]); 10] = [
            ("a: yes\nb: 'yes'\n", r#"{a@10:yes,b@11:"yes"}"#, &[]),
            ("y: 1\n017: !!str 2\n", r#"{true@10:1,15@11:"2"}"#, &[]),
            ("a: 1\nb: 2\na: 3\n", "{a@12:3,b@11:2}", &[12]),
            ("a: &x {p: 1, q: 2}\nb:\n  <<: *x\n  q: 3\n", "{a@10:{p@10:1,q@10:2},b@11:{p@10:1,q@13:3}}", &[]),
            ("a: &x {p: 1}\nb: &y {p: 2}\nc: {<<: [*x, *y]}\n", "{a@10:{p@10:1},b@11:{p@11:2},c@12:{p@10:1}}", &[]),
            ("a: {<<: 1}\n", "{a@10:{}}", &[10]),
            ("{\"a\":\t[1,\n\"b\"]}\n", r#"{a@10:[1,"b"]}"#, &[]),
            ("a: \"x\u{2028}y\"\nb: 1\n", "{a@10:\"x\\u{2028}y\",b@11:1}", &[]),
            ("? [a]\n: 1\n", "{(line 10)@10:1}", &[10]),
            ("a: 1\n...\nb: 2\n", "{a@10:1}", &[12]),
        ];
        for (text, document, problems) in table {
            let (documents, lines) = told(text);
            assert_eq!((documents.join("|").as_str(), &*lines), (document, problems), "{text}");
        }
    }

    #[test]
    fn faults_cost_the_document_and_name_a_line() {
        let deep = format!("a: {}\n", "[".repeat(5_000));
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_string();
        for level in 1..12 {
            let below = format!("*a{}", level - 1);
            bomb.push_str(&format!("a{level}: &a{level} [{}]\n", vec![below; 9].join(", ")));
        }
        let mut tall = "a0: &a0 x\n".to_string();
        for level in 1..400 {
            tall.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
        }
        for text in ["a: [1\nb: 2\n", "\ta: 1\n", "a: *b\n", "a: &b [*b]\n", "a: b: c\n", &deep, &bomb, &tall] {
            let (documents, lines) = told(text);
            assert_eq!((documents.len(), lines.len()), (0, 1), "{text:.60}");
            assert!(lines[0] >= 10);
        }
    }
}
