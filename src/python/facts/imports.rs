//! Lowering of imports.

use tree_sitter::Node;

use super::kinds::{FIELD, Kind};
use super::lower::Lower;
use super::shapes::{Capture, Shape};
use crate::python::ir::{Name, StmtKind};

impl<'t> Lower<'t> {
    pub(super) fn import(&mut self, shape: &Shape<'t>) -> Option<StmtKind> {
        if shape.kind == Capture::Import {
            return Some(StmtKind::Import(self.imported(shape, Capture::ImportModule)));
        }
        if shape.kind == Capture::Future {
            let names = self.imported(shape, Capture::FutureName);
            return Some(StmtKind::From { level: 0, module: "__future__".into(), names });
        }
        let module = shape.one(Capture::FromModule)?;
        let names = self.imported(shape, Capture::FromName);
        if Kind::of(module) != Kind::RelativeImport {
            return Some(StmtKind::From { level: 0, module: self.dotted(module), names });
        }
        let (mut level, mut name): (u8, Name) = (0, "".into());
        for child in self.children(module).named() {
            match child.kind {
                Kind::ImportPrefix => {
                    let dots = self.source.of(child.node).bytes().filter(|b| *b == b'.').count();
                    level = u8::try_from(dots).unwrap_or(u8::MAX);
                }
                _ => name = self.dotted(child.node),
            }
        }
        Some(StmtKind::From { level, module: name, names })
    }

    /// What an import names, with the local names given.
    fn imported(&mut self, shape: &Shape<'t>, part: Capture) -> Vec<(Name, Option<Name>)> {
        let mut names = Vec::new();
        for node in shape.all(part) {
            if Kind::of(node) != Kind::AliasedImport {
                names.push((self.dotted(node), None));
                continue;
            }
            let children = self.children(node);
            if let Some(name) = children.field(FIELD.name) {
                let local = children.field(FIELD.alias).map(|alias| self.name(alias));
                names.push((self.dotted(name), local));
            }
        }
        names
    }

    /// A dotted name without the white space that may be in it.
    fn dotted(&mut self, node: Node<'t>) -> Name {
        let text = self.source.of(node);
        if !text.bytes().any(|b| b.is_ascii_whitespace() || b == b'\\') {
            return self.name(node);
        }
        let names: Vec<_> = self.children(node).named().map(|c| self.source.of(c.node)).collect();
        names.join(".").into()
    }
}
