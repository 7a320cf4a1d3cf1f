//! A set of words (identifiers, as a rule), searched in text as whole words.

use aho_corasick::{AhoCorasick, Input, MatchKind};

/// Words, compiled for the search of many texts.
pub struct Words {
    automaton: AhoCorasick,
}

impl Words {
    /// Compiles a set of words. Of equal ones the first counts; empty ones match nothing.
    pub fn new(words: &[impl AsRef<str>]) -> Words {
        let mut builder = AhoCorasick::builder();
        let built = builder.match_kind(MatchKind::LeftmostLongest).build(words.iter().map(|word| word.as_ref()));
        // It fails for gigabytes of words only.
        Words { automaton: built.expect("fewer than 2^31 automaton states") }
    }

    /// The offset and index of each word in `text`, in the order of the text. A word is whole if no
    /// letter (of any script), digit or underscore stands next to it.
    pub fn find<'t>(&self, text: &'t str) -> impl Iterator<Item = (usize, usize)> + use<'_, 't> {
        let mut at = 0;
        std::iter::from_fn(move || {
            while at < text.len() {
                let found = self.automaton.find(Input::new(text).range(at..))?;
                let (start, end) = (found.start(), found.end());
                let joined = text[..start].ends_with(is_word) || text[end..].starts_with(is_word);
                if start < end && !joined {
                    at = end;
                    return Some((start, found.pattern().as_usize()));
                }
                // No word begins within the identifier that this one is only a part of.
                let rest = &text[start..];
                let next = rest.chars().next().map_or(1, char::len_utf8);
                at = start + rest.find(|c| !is_word(c)).unwrap_or(rest.len()).max(next);
            }
            None
        })
    }
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_ascii_alphanumeric() || !c.is_ascii() && c.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_words_are_found() {
        let words = Words::new(&["environ", "get", "getenv", "get_x", "é", "", "get", "A.B"]);
        for (text, expected) in [
            ("", vec![]),
            ("environment environ", vec![(12, 0)]),
            ("os.environ.get(", vec![(3, 0), (11, 1)]),
            ("getenv get_x get_ get_y xget get", vec![(0, 2), (7, 3), (29, 1)]),
            ("_environ environ_ environ1 1environ éenviron environé", vec![]),
            ("é e é", vec![(0, 4), (5, 4)]),
            ("get-get", vec![(0, 1), (4, 1)]),
            ("A.B A.BC xA.B", vec![(0, 7)]),
        ] {
            assert_eq!(words.find(text).collect::<Vec<_>>(), expected, "{text}");
        }
        assert_eq!(Words::new(&[] as &[&str]).find("a b").count(), 0);
    }
}
