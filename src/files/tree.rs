//! The tree of files that an archive or an image holds, as an index: names, and where the bytes are.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Read};
use std::path::PathBuf;

use zip::ZipArchive;

use super::blob::Section;
use super::limits::{MAX_DEPTH, MAX_LINKS};

type NodeId = usize;
const TOP: NodeId = 0;

/// A tree. Links lead from its own top, never out of it.
#[derive(Debug)]
pub struct Tree {
    nodes: Vec<Node>,
    stores: Vec<Store>,
    /// What could not be taken into it: a path, and a sentence.
    pub notices: Vec<(String, String)>,
}

#[derive(Debug)]
struct Node {
    /// The layer that brought it.
    layer: u32,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Folder(BTreeMap<Box<str>, NodeId>),
    File(Content),
    Link(Box<str>),
}

/// Where the bytes of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Content {
    /// Which of the stores.
    pub store: usize,
    /// Its offset in the store, or its number.
    pub at: u64,
    /// Bytes.
    pub size: u64,
}

/// Something that holds bytes of files.
pub enum Store {
    /// One after another.
    Section(Section),
    /// Each compressed by itself.
    Zip(Box<ZipArchive<Section>>),
    /// On disk, by number.
    Disk(Vec<PathBuf>),
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// A folder.
    Folder,
    /// A file of so many bytes.
    File(u64),
    /// A symbolic link; only where links are not followed.
    Link,
}

impl Default for Tree {
    fn default() -> Self {
        let top = Node { layer: 0, kind: Kind::Folder(BTreeMap::new()) };
        Tree { nodes: vec![top], stores: Vec::new(), notices: Vec::new() }
    }
}

/// The names of a path as archives write them, a leading `/` or `./` left out; `None` if it leads
/// out of the tree or is absurdly deep.
pub fn names(path: &str) -> Option<Vec<&str>> {
    let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty() && *name != ".").collect();
    (!names.contains(&"..") && names.len() <= MAX_DEPTH).then_some(names)
}

impl Tree {
    /// Adds a store; its number.
    pub fn store(&mut self, store: Store) -> usize {
        self.stores.push(store);
        self.stores.len() - 1
    }

    /// Adds a file, in the place of what is there.
    pub fn file(&mut self, names: &[&str], content: Content, layer: u32) {
        self.put(names, Kind::File(content), layer);
    }

    /// Adds a symbolic link, in the place of what is there.
    pub fn link(&mut self, names: &[&str], target: &str, layer: u32) {
        self.put(names, Kind::Link(target.into()), layer);
    }

    /// Adds a second name for a file (a hard link); whether that is there.
    pub fn same(&mut self, names: &[&str], target: &[&str], layer: u32) -> bool {
        let Some((folder, name)) = self.parent(target) else { return false };
        let kind = match self.child(folder, name).map(|id| &self.nodes[id].kind) {
            Some(Kind::File(content)) => Kind::File(*content),
            Some(Kind::Link(target)) => Kind::Link(target.clone()),
            _ => return false,
        };
        self.put(names, kind, layer);
        true
    }

    /// Adds a folder, unless it is there.
    pub fn folder(&mut self, names: &[&str], layer: u32) {
        let Some((name, above)) = names.split_last() else { return };
        let parent = self.make(above, layer);
        match self.child(parent, name).map(|id| (id, matches!(self.nodes[id].kind, Kind::Folder(_)))) {
            Some((id, true)) => self.nodes[id].layer = layer,
            _ => drop(self.insert(parent, name, Kind::Folder(BTreeMap::new()), layer)),
        }
    }

    fn put(&mut self, names: &[&str], kind: Kind, layer: u32) {
        if let Some((name, above)) = names.split_last() {
            let parent = self.make(above, layer);
            self.insert(parent, name, kind, layer);
        }
    }

    /// The folder at `names`, made if it is not there; links on the way are followed.
    fn make(&mut self, names: &[&str], layer: u32) -> NodeId {
        let mut at = TOP;
        for (depth, name) in names.iter().enumerate() {
            let next = match self.child(at, name).map(|id| (id, &self.nodes[id].kind)) {
                Some((id, Kind::Folder(_))) => Some(id),
                Some((_, Kind::Link(_))) => {
                    let path = self.resolve(&names[..=depth].join("/")).ok();
                    path.and_then(|(id, _)| matches!(self.nodes[id].kind, Kind::Folder(_)).then_some(id))
                }
                _ => None,
            };
            at = next.unwrap_or_else(|| self.insert(at, name, Kind::Folder(BTreeMap::new()), layer));
        }
        at
    }

    fn insert(&mut self, folder: NodeId, name: &str, kind: Kind, layer: u32) -> NodeId {
        let id = self.nodes.len();
        self.nodes.push(Node { layer, kind });
        if let Kind::Folder(children) = &mut self.nodes[folder].kind {
            children.insert(name.into(), id);
        }
        id
    }

    fn child(&self, folder: NodeId, name: &str) -> Option<NodeId> {
        match &self.nodes[folder].kind {
            Kind::Folder(children) => children.get(name).copied(),
            _ => None,
        }
    }

    fn parent<'a>(&self, names: &[&'a str]) -> Option<(NodeId, &'a str)> {
        let (name, above) = names.split_last()?;
        Some((self.resolve(&above.join("/")).ok()?.0, name))
    }

    /// A whiteout: removes what layers below `layer` brought at `names`.
    pub fn remove(&mut self, names: &[&str], layer: u32) {
        let Some((folder, name)) = self.parent(names) else { return };
        let Some(id) = self.child(folder, name) else { return };
        if !self.keep(id, layer)
            && let Kind::Folder(children) = &mut self.nodes[folder].kind
        {
            children.remove(name);
        }
    }

    /// An opaque folder: removes what layers below `layer` brought in it.
    pub fn clear(&mut self, names: &[&str], layer: u32) {
        if let Ok((id, _)) = self.resolve(&names.join("/")) {
            self.keep(id, layer);
        }
    }

    /// Drops what is older than `layer` in `id`; whether anything is left.
    fn keep(&mut self, id: NodeId, layer: u32) -> bool {
        let own = self.nodes[id].layer >= layer;
        let Kind::Folder(children) = &mut self.nodes[id].kind else { return own };
        let mut children = std::mem::take(children);
        children.retain(|_, child| self.keep(*child, layer));
        let left = own || !children.is_empty();
        self.nodes[id].kind = Kind::Folder(children);
        left
    }

    /// The node at `path`, all links followed, and its names.
    fn resolve(&self, path: &str) -> io::Result<(NodeId, Vec<String>)> {
        self.walk(path, true)
    }

    fn walk(&self, path: &str, follow_last: bool) -> io::Result<(NodeId, Vec<String>)> {
        let missing = || io::Error::from(io::ErrorKind::NotFound);
        let parts = |path: &str| path.split('/').filter(|p| !p.is_empty() && *p != ".").map(String::from).collect();
        let mut todo: VecDeque<String> = parts(path);
        let mut way: Vec<(NodeId, String)> = Vec::new();
        let mut links = 0;
        while let Some(name) = todo.pop_front() {
            if name == ".." {
                way.pop();
                continue;
            }
            let at = way.last().map_or(TOP, |(id, _)| *id);
            let id = self.child(at, &name).ok_or_else(missing)?;
            match &self.nodes[id].kind {
                Kind::Link(target) if follow_last || !todo.is_empty() => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(io::Error::other(format!("more than {MAX_LINKS} links on the way (a loop?)")));
                    }
                    if target.starts_with('/') {
                        way.clear();
                    }
                    let mut next: VecDeque<String> = parts(target);
                    next.append(&mut todo);
                    todo = next;
                }
                _ => way.push((id, name)),
            }
        }
        Ok((way.last().map_or(TOP, |(id, _)| *id), way.into_iter().map(|(_, name)| name).collect()))
    }

    fn found(&self, id: NodeId) -> Found {
        match &self.nodes[id].kind {
            Kind::Folder(_) => Found::Folder,
            Kind::File(content) => Found::File(content.size),
            Kind::Link(_) => Found::Link,
        }
    }

    /// What is at `path`, links followed.
    ///
    /// # Errors
    /// If nothing is there.
    pub fn find(&self, path: &str) -> io::Result<Found> {
        self.resolve(path).map(|(id, _)| self.found(id))
    }

    /// The path that `path` leads to, without links.
    ///
    /// # Errors
    /// If nothing is there.
    pub fn canonical(&self, path: &str) -> io::Result<String> {
        self.resolve(path).map(|(_, names)| names.join("/"))
    }

    /// What is in the folder at `path`, sorted by name; links are not followed.
    ///
    /// # Errors
    /// If there is no folder.
    pub fn list(&self, path: &str) -> io::Result<Vec<(&str, Found)>> {
        let (id, _) = self.resolve(path)?;
        match &self.nodes[id].kind {
            Kind::Folder(children) => Ok(children.iter().map(|(name, id)| (&**name, self.found(*id))).collect()),
            _ => Err(io::Error::from(io::ErrorKind::NotADirectory)),
        }
    }

    /// A reader of the file at `path`, links followed.
    ///
    /// # Errors
    /// If there is none, or its archive is damaged there.
    pub fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>> {
        let (id, _) = self.resolve(path)?;
        let Kind::File(content) = &self.nodes[id].kind else {
            return Err(io::Error::from(io::ErrorKind::IsADirectory));
        };
        match &self.stores[content.store] {
            Store::Section(section) => Ok(Box::new(section.part(content.at, content.size))),
            Store::Disk(paths) => {
                let path = usize::try_from(content.at).ok().and_then(|at| paths.get(at));
                Ok(Box::new(std::fs::File::open(path.ok_or(io::ErrorKind::NotFound)?)?))
            }
            Store::Zip(zip) => {
                let mut zip = zip.clone();
                let mut bytes = Vec::new();
                let number = usize::try_from(content.at).map_err(io::Error::other)?;
                let damaged = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
                let file = zip.by_index(number).map_err(|error| damaged(error.to_string()))?;
                // One byte more: a file that is longer than its archive says hides something.
                file.take(content.size + 1).read_to_end(&mut bytes).map_err(|error| damaged(error.to_string()))?;
                match bytes.len() as u64 == content.size {
                    true => Ok(Box::new(io::Cursor::new(bytes))),
                    false => Err(damaged("its length is not what the archive says".into())),
                }
            }
        }
    }

    /// The bytes of the file at `path`, to be read from anywhere: an archive within this one.
    ///
    /// # Errors
    /// If there is no file, or it is compressed by itself.
    pub fn section(&self, path: &str) -> io::Result<Section> {
        let (id, _) = self.resolve(path)?;
        let Kind::File(content) = &self.nodes[id].kind else {
            return Err(io::Error::from(io::ErrorKind::IsADirectory));
        };
        match &self.stores[content.store] {
            Store::Section(section) => Ok(section.part(content.at, content.size)),
            Store::Disk(paths) => {
                let path = usize::try_from(content.at).ok().and_then(|at| paths.get(at));
                Section::of_file(std::fs::File::open(path.ok_or(io::ErrorKind::NotFound)?)?)
            }
            Store::Zip(_) => Err(io::Error::other("an archive within a zip archive")),
        }
    }

    /// Gives a store its content, where that is known only in the end.
    pub fn set_store(&mut self, number: usize, store: Store) {
        if let Some(place) = self.stores.get_mut(number) {
            *place = store;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: Content = Content { store: 0, at: 0, size: 7 };

    fn tree(files: &[&str], links: &[(&str, &str)]) -> Tree {
        let mut tree = Tree::default();
        for file in files {
            tree.file(&names(file).expect("inside"), FILE, 0);
        }
        for (link, target) in links {
            tree.link(&names(link).expect("inside"), target, 0);
        }
        tree
    }

    fn all(tree: &Tree, folder: &str) -> Vec<String> {
        let mut paths = Vec::new();
        for (name, found) in tree.list(folder).expect("folder") {
            let path = format!("{folder}/{name}");
            if found == Found::Folder { paths.extend(all(tree, &path)) } else { paths.push(path) }
        }
        paths
    }

    #[test]
    fn links_stay_inside() {
        let links = [("lib", "usr/lib"), ("up", "../../usr"), ("abs", "/usr/lib/a"), ("x", "y"), ("y", "x")];
        let tree = tree(&["usr/lib/a"], &links);
        for (path, expected) in [
            ("lib/a", Some("usr/lib/a")),
            ("up/lib/../lib/a", Some("usr/lib/a")),
            ("abs", Some("usr/lib/a")),
            ("../../lib", Some("usr/lib")),
            ("x", None),
            ("lib/b", None),
            ("usr/lib/a/b", None),
        ] {
            assert_eq!(tree.canonical(path).ok().as_deref(), expected, "{path}");
        }
        assert_eq!(names("a/../../b"), None);
        assert_eq!(names("/./a//b"), Some(vec!["a", "b"]));
    }

    #[test]
    fn layers_hide_what_is_below_and_not_what_they_bring() {
        let mut tree = tree(&["a/x", "a/y", "b/z", "c"], &[]);
        tree.file(&["a", "new"], FILE, 1);
        tree.clear(&["a"], 1);
        tree.remove(&["b"], 1);
        tree.file(&["c"], FILE, 1);
        tree.remove(&["c"], 1);
        assert_eq!(all(&tree, ""), ["/a/new", "/c"]);
        tree.file(&["a"], FILE, 2);
        assert_eq!(all(&tree, ""), ["/a", "/c"]);
    }
}
