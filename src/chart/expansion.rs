//! The `$(NAME)` of Kubernetes (`third_party/forked/golang/expansion/expand.go`).

/// The names in references, in order; `$$` is an escape.
pub fn references(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            rest = after;
        } else if let Some(after) = rest.strip_prefix('(') {
            // Without a `)` no later reference ends either.
            let Some((name, after)) = after.split_once(')') else { break };
            out.push(name);
            rest = after;
        }
    }
    out
}

/// The text without its escapes: what a shell gets to see.
pub fn unescaped(text: &str) -> String {
    text.replace("$$", "$")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_those_kubernetes_expands() {
        let table: [(&str, &[&str]); 7] = [
            ("$(A)-$(B)", &["A", "B"]),
            ("$$(A) $$$(B)", &["B"]),
            ("$A ${A} $(A", &[]),
            ("$($(A))", &["$(A"]),
            ("$", &[]),
            ("$(A)$$", &["A"]),
            ("é$(Ä)", &["Ä"]),
        ];
        for (text, expected) in table {
            assert_eq!(references(text), expected, "{text}");
        }
    }
}
