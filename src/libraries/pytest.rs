//! [pytest](https://docs.pytest.org/en/stable/how-to/fixtures.html): a test's parameter is what the fixture of that
//! name gives; [`parametrize`](https://docs.pytest.org/en/stable/how-to/parametrize.html) lists what parameters are.

use super::Library;

/// Nothing of it reads: parameters become known.
pub const LIBRARY: Library = Library {
    name: "pytest",
    declarations: &["pytest.param"],
    providers: &["pytest.fixture", "pytest_asyncio.fixture"],
    listers: &["pytest.mark.parametrize"],
    ..Library::EMPTY
};
