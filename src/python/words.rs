//! tmp
use aho_corasick::{AhoCorasick, MatchKind};
use std::collections::HashMap;
pub struct Words { ac: AhoCorasick, index: HashMap<String, usize> }
impl Words {
    pub fn new<S: AsRef<str>>(words: &[S]) -> Words {
        Words { ac: AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(words.iter().map(|w| w.as_ref())).expect("ac"),
            index: words.iter().enumerate().map(|(i, w)| (w.as_ref().to_string(), i)).collect() }
    }
    pub fn find<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (usize, usize)> + 't {
        let b = text.as_bytes();
        let word = |c: u8| c.is_ascii_alphanumeric() || c == b'_' || c >= 128;
        let mut last = usize::MAX;
        self.ac.find_iter(text).filter_map(move |m| {
            let mut s = m.start(); while s > 0 && word(b[s-1]) { s -= 1; }
            let mut e = m.end(); while e < b.len() && word(b[e]) { e += 1; }
            if s == last { return None; } last = s;
            self.index.get(&text[s..e]).map(|&i| (s, i))
        })
    }
}
