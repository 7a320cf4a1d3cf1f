//! Name and version of a chart from what Helm leaves in its manifests.

use super::objects::Object;

/// The chart's name from Helm's comments, else from the first `helm.sh/chart` label (`chart` in older charts); the version from
/// the label of the chart of that name.
pub fn title(objects: &[Object<'_>]) -> (Option<String>, Option<String>) {
    let mut sources = objects.iter().filter_map(|object| object.document.source.as_deref());
    let name = sources.next().and_then(|source| source.split('/').next());
    let labels = objects.iter().filter_map(|object| {
        let labels = object.node.at(&["metadata", "labels"])?;
        label_parts(labels.scalar_at("helm.sh/chart").or(labels.scalar_at("chart"))?)
    });
    let label = labels.into_iter().find(|(labelled, _)| name.is_none_or(|name| name == *labelled));
    let version = label.map(|(_, version)| version.replace('_', "+"));
    (name.or(label.map(|(name, _)| name)).map(Into::into), version)
}

/// `my-app-1.2.3` is chart `my-app`, version `1.2.3`: the version begins at the first part after a
/// hyphen that looks like one. Labels have `_` for the `+` of a version.
fn label_parts(label: &str) -> Option<(&str, &str)> {
    label.match_indices('-').find_map(|(at, _)| {
        let version = &label[at + 1..];
        let number = version.strip_prefix('v').unwrap_or(version).split('.').next()?;
        let numeric = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        (numeric && version.contains('.')).then_some((&label[..at], version))
    })
}

/// A name from a file's: without folders and ending.
pub fn of_file(file: &str) -> String {
    let file = file.trim_end_matches('/');
    let name = file.rsplit('/').next().unwrap_or(file);
    let stem = [".yaml", ".yml", ".json"].iter().find_map(|ending| name.strip_suffix(ending));
    stem.unwrap_or(name).trim_matches(['<', '>']).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_parted_at_the_version() {
        assert_eq!(label_parts("web-1.2.3"), Some(("web", "1.2.3")));
        assert_eq!(label_parts("my-2-app-v0.1.0-rc2_x"), Some(("my-2-app", "v0.1.0-rc2_x")));
        assert_eq!(label_parts("web"), None);
        assert_eq!(label_parts("web-1"), None);
    }
}
