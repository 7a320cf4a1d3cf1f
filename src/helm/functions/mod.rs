//! The functions that templates may call: Go's own, Sprig's, Helm's. One file for each group, in a table.

mod call;
mod casing;
mod compare;
mod convert;
mod crypto;
mod dates;
mod dicts;
mod digests;
mod encode;
mod engine;
mod lists;
mod logic;
mod maths;
mod merge;
mod numbers;
mod paths;
mod printf;
mod random;
mod regexes;
mod semver;
mod strings;
mod texts;
mod types;
mod urls;

use std::collections::HashMap;
use std::sync::LazyLock;

pub use call::Call;
pub use encode::base64;
pub use semver::{Constraint, Version};

use super::template::Fault;
use super::value::Value;

/// What a function gives.
type Out = Result<Value, Fault>;

/// A function.
pub struct Function {
    /// Its name in templates.
    pub name: &'static str,
    /// The least arguments.
    pub least: usize,
    /// The most.
    pub most: usize,
    /// `and` stops at the first false argument, `or` at the first true one.
    pub stops_at: Option<bool>,
    /// What it does.
    pub run: fn(&mut Call<'_>) -> Out,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Any number of arguments.
const ANY: usize = usize::MAX;

const fn function(name: &'static str, least: usize, most: usize, run: fn(&mut Call<'_>) -> Out) -> Function {
    Function { name, least, most, stops_at: None, run }
}

/// All groups.
const GROUPS: [&[Function]; 21] = [
    engine::FUNCTIONS,
    logic::FUNCTIONS,
    compare::FUNCTIONS,
    printf::FUNCTIONS,
    strings::FUNCTIONS,
    texts::FUNCTIONS,
    casing::FUNCTIONS,
    convert::FUNCTIONS,
    encode::FUNCTIONS,
    digests::FUNCTIONS,
    maths::FUNCTIONS,
    lists::FUNCTIONS,
    dicts::FUNCTIONS,
    merge::FUNCTIONS,
    types::FUNCTIONS,
    paths::FUNCTIONS,
    regexes::FUNCTIONS,
    semver::FUNCTIONS,
    urls::FUNCTIONS,
    dates::FUNCTIONS,
    random::FUNCTIONS,
];

static TABLE: LazyLock<HashMap<&'static str, &'static Function>> = LazyLock::new(|| {
    let all = GROUPS.iter().flat_map(|group| group.iter()).chain(crypto::FUNCTIONS);
    all.map(|function| (function.name, function)).collect()
});

/// The function of that name.
pub fn find(name: &str) -> Option<&'static Function> {
    TABLE.get(name).copied()
}

#[cfg(test)]
mod tests;
