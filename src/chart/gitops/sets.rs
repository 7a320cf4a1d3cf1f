//! `ApplicationSet`: one application for each element of a list.
//!
//! <https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-List/>: elements are written out, and
//! their keys go into the template as `{{key}}`, or with `goTemplate` as `{{.key}}`. Other generators ask git or a
//! cluster, and are not followed; nor is a placeholder with more in it than a key.

use super::pointer::{Pointer, application};
use crate::yaml::{self, Node};

/// Applications of one set, at most.
const MAX_ELEMENTS: usize = 500;
/// Bytes of all that their templates are once they are filled in; values may hold placeholders too.
const MAX_FILLED: usize = 16 << 20;

/// What an `ApplicationSet` has rendered. `text` is that of the file, `find` gives the set in it again.
pub fn applications(node: &Node, text: &str, base: &Pointer, find: &dyn Fn(&[Node]) -> Option<Node>) -> Vec<Pointer> {
    let mut pointers = Vec::new();
    let mut room = MAX_FILLED;
    let not_followed = |why: String| {
        let mut pointer = base.clone();
        pointer.leave(why);
        pointer
    };
    let generators = node.at(&["spec", "generators"]).and_then(Node::list).unwrap_or_default();
    let go = node.get("spec").is_some_and(|spec| spec.truth_at("goTemplate"));
    if node.at(&["spec", "templatePatch"]).is_some() {
        pointers.push(not_followed("its templatePatch is not applied".into()));
    }
    for generator in generators {
        let Some(elements) = generator.at(&["list", "elements"]).and_then(Node::list) else {
            let kind = generator.map().and_then(|entries| entries.first()).map_or("?", |(key, _)| key.text.as_str());
            pointers.push(not_followed(format!("its generator `{kind}` is not followed")));
            continue;
        };
        for element in elements.iter().take(MAX_ELEMENTS) {
            let mut filled = text.to_string();
            fill(element, "", go, room, &mut filled);
            room = room.saturating_sub(filled.len());
            if room == 0 {
                pointers.push(not_followed(format!("its templates are more than {} MiB", MAX_FILLED >> 20)));
                return pointers;
            }
            let template = find(&yaml::compose(&filled, 1).0).and_then(|set| set.at(&["spec", "template"]).cloned());
            let Some(template) = template else {
                pointers.push(not_followed("its template is no YAML once it is filled in".into()));
                continue;
            };
            let name = template.at(&["metadata", "name"]).and_then(Node::scalar).unwrap_or("?").to_string();
            let base = Pointer { what: format!("{}, application {name}", base.what), ..base.clone() };
            for mut pointer in application(&template, &filled, &base, &name) {
                if unfilled(&pointer) || name.contains("{{") {
                    pointer.chart.clear();
                    pointer.leave("its template holds `{{ … }}` with more than a key of the list");
                }
                pointers.push(pointer);
            }
        }
        if elements.len() > MAX_ELEMENTS {
            pointers.push(not_followed(format!("only {MAX_ELEMENTS} elements of its list are followed")));
        }
    }
    pointers
}

/// Whether a placeholder is left in what counts.
fn unfilled(pointer: &Pointer) -> bool {
    let inline = pointer.inline.iter().any(|(_, bytes)| memchr::memmem::find(bytes, b"{{").is_some());
    let texts = pointer.files.iter().chain([&pointer.chart]).chain(&pointer.set).chain(&pointer.set_string);
    inline || texts.into_iter().any(|text| text.contains("{{"))
}

/// Puts the keys of an element, and those in them, into a text.
fn fill(element: &Node, outer: &str, go: bool, room: usize, text: &mut String) {
    for (key, node) in element.map().unwrap_or_default() {
        let path = if outer.is_empty() { key.text.clone() } else { format!("{outer}.{}", key.text) };
        match node.scalar() {
            // It has to stay on its line.
            Some(value) if !value.contains('\n') => {
                let dot = if go { "." } else { "" };
                for placeholder in [format!("{{{{{dot}{path}}}}}"), format!("{{{{ {dot}{path} }}}}")] {
                    let more = text.matches(&placeholder).count().saturating_mul(value.len());
                    if more > room {
                        // What is left in it tells that it is not followed.
                        return;
                    }
                    *text = text.replace(&placeholder, value);
                }
            }
            Some(_) => {}
            None => fill(node, &path, go, room, text),
        }
    }
}
