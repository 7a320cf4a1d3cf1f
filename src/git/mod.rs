//! Revisions of a git repository, read by the `git` program: nothing in the repository is written, and the work
//! tree is not touched. What is needed of a revision is put into a folder of its own that is deleted again.

mod command;
mod export;

use std::path::{Path, PathBuf};

use command::Git;
pub use export::Exported;

use crate::model::Failure;

/// Branches that are taken for the default one where the remote does not say, in this order.
const DEFAULT_BRANCHES: [&str; 5] =
    ["refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master", "main", "master"];

/// What to do about a history that is not there.
const REMEDY: &str = "fetch the whole history: `fetch-depth: 0` for actions/checkout, `GIT_DEPTH: 0` in GitLab CI, \
                      or `git fetch --unshallow`";

/// A repository.
#[derive(Debug)]
pub struct Repository {
    git: Git,
    /// The top folder of its work tree.
    pub root: PathBuf,
}

/// A commit, and how the user knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Its full hash.
    pub commit: String,
    /// `origin/main`, `the merge base with origin/main`.
    pub label: String,
}

impl Revision {
    /// The hash as people write it.
    pub fn short(&self) -> &str {
        self.commit.get(..10).unwrap_or(&self.commit)
    }
}

/// The top folder of the work tree around `folder`, relative to that; found without running git.
pub fn top(folder: &Path) -> Option<PathBuf> {
    let above = folder.ancestors().position(|folder| folder.join(".git").exists())?;
    Some((0..above).map(|_| "..").collect())
}

impl Repository {
    /// The repository around `folder`.
    ///
    /// # Errors
    /// If there is none, or git cannot be run.
    pub fn around(folder: &Path) -> Result<Repository, Failure> {
        let git = Git { folder: folder.to_path_buf() };
        let found = git.text(&["rev-parse", "--show-toplevel"])?;
        let root = found.map_err(|told| {
            Failure::new(format!("{}: not in a git work tree, which --base needs: {told}", folder.display()))
        })?;
        Ok(Repository { git, root: PathBuf::from(root) })
    }

    /// The YAML files below the folder with a line that the pattern takes, in a revision or the work tree; from the
    /// top folder.
    pub fn grep(&self, pattern: &str, revision: Option<&Revision>) -> Vec<String> {
        let mut arguments = vec!["grep", "-l", "-z", "-I", "--full-name", "-E", "-e", pattern];
        match revision {
            Some(revision) => arguments.push(&revision.commit),
            None => arguments.push("--untracked"),
        }
        // That nothing is found is a failure of `git grep`.
        let found = self.git.bytes(&arguments).unwrap_or_default();
        let before = revision.map(|revision| format!("{}:", revision.commit)).unwrap_or_default();
        let names = command::names(&found).into_iter().filter_map(|name| name.strip_prefix(&before).map(String::from));
        names.filter(|name| name.ends_with(".yaml") || name.ends_with(".yml")).collect()
    }

    /// The commit that `name` means.
    ///
    /// # Errors
    /// If there is no such commit here.
    pub fn revision(&self, name: &str) -> Result<Revision, Failure> {
        match self.commit(name)? {
            Some(commit) => Ok(Revision { commit, label: name.into() }),
            None if self.is_shallow()? => {
                Err(Failure::new(format!("{name}: no such revision in this shallow clone: {REMEDY}")))
            }
            None => Err(Failure::new(format!("{name}: no such revision in {}", self.root.display()))),
        }
    }

    /// The merge base of `head` with the default branch.
    ///
    /// # Errors
    /// If there is no default branch, or no common history here.
    pub fn merge_base(&self, head: &str) -> Result<Revision, Failure> {
        let mut default = None;
        for branch in DEFAULT_BRANCHES {
            if self.commit(branch)?.is_some() {
                default = Some(branch);
                break;
            }
        }
        let Some(branch) = default else {
            let shallow = if self.is_shallow()? { format!("; {REMEDY}") } else { String::new() };
            return Err(Failure::new(format!(
                "no default branch found (origin/HEAD, main, master): pass --base{shallow}"
            )));
        };
        let name = branch.trim_start_matches("refs/remotes/");
        match self.git.text(&["merge-base", head, branch])? {
            Ok(commit) => Ok(Revision { commit, label: format!("the merge base with {name}") }),
            Err(_) if self.is_shallow()? => {
                Err(Failure::new(format!("no merge base of {head} and {name} in this shallow clone: {REMEDY}")))
            }
            Err(told) => Err(Failure::new(format!("no merge base of {head} and {name}: pass --base ({told})"))),
        }
    }

    /// Whether the index has a file at or below a path.
    pub fn is_tracked(&self, path: &str) -> bool {
        let top = Git { folder: self.root.clone() };
        top.bytes(&["ls-files", "-z", "--", path]).is_ok_and(|listed| !listed.is_empty())
    }

    fn commit(&self, name: &str) -> Result<Option<String>, Failure> {
        let wanted = format!("{name}^{{commit}}");
        Ok(self.git.text(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])?.ok())
    }

    fn is_shallow(&self) -> Result<bool, Failure> {
        Ok(self.git.text(&["rev-parse", "--is-shallow-repository"])?.is_ok_and(|told| told == "true"))
    }

    /// The paths, relative to the root, that differ between `base` and `head` (none: the work tree, with what
    /// is not committed and not ignored there).
    ///
    /// # Errors
    /// If git fails.
    pub fn differing(&self, base: &Revision, head: Option<&Revision>) -> Result<Vec<String>, Failure> {
        let mut arguments = vec!["diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", base.commit.as_str()];
        arguments.extend(head.map(|head| head.commit.as_str()));
        let top = Git { folder: self.root.clone() };
        let mut listed = top.bytes(&arguments)?;
        if head.is_none() {
            listed.extend(top.bytes(&["ls-files", "--others", "--exclude-standard", "-z"])?);
        }
        Ok(command::names(&listed))
    }
}
