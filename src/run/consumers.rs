//! Charts that others depend on, as libraries: what a change of one does shows in the charts that take it in.

use std::path::{Path, PathBuf};

use super::Job;
use crate::chart::{self, Input, Override, Request};
use crate::model::Failure;

/// Why a library is not compared by itself.
///
/// # Errors
/// If the chart at one of these is one.
pub fn refuse_libraries(inputs: &[&Input]) -> Result<(), Failure> {
    let paths = inputs.iter().filter_map(|input| match input {
        Input::Path(path) => Some(path),
        Input::Stdin => None,
    });
    match paths.into_iter().find(|path| chart::about(path).is_ok_and(|about| about.library)) {
        None => Ok(()),
        Some(path) => Err(refused(path)),
    }
}

/// That a library cannot be compared by itself.
pub fn refused(path: &Path) -> Failure {
    Failure::new(format!(
        "{}: a library chart renders nothing by itself: name the charts that depend on it with --consumer, and they \
         are rendered with it as it was and as it is",
        path.display()
    ))
}

/// The job in which the chart at `path` takes the place of the dependency `name`.
pub fn with(job: &Job, name: &str, path: &Path) -> Job {
    let mut job = job.clone();
    job.values.rendering.overrides.push(Override { name: name.into(), path: path.into() });
    job
}

/// Leaves out of a request what its chart does not depend on.
///
/// # Errors
/// If the chart cannot be read.
pub fn settle(request: &mut Request) -> Result<(), Failure> {
    let Input::Path(path) = &request.input else { return Ok(()) };
    let mut taken = Vec::new();
    for other in std::mem::take(&mut request.rendering.overrides) {
        // Manifests depend on nothing.
        if chart::about(path).is_ok() && chart::takes(path, &other.name)? {
            taken.push(other);
        }
    }
    request.rendering.overrides = taken;
    Ok(())
}

/// That one of the charts at `places` depends on each of `names`.
///
/// # Errors
/// If none does, naming the last of them; or one cannot be read.
pub fn require(places: &[PathBuf], names: &[&str]) -> Result<(), Failure> {
    for name in names {
        let mut takes = false;
        for place in places {
            takes |= chart::about(place).is_ok() && chart::takes(place, name)?;
        }
        if let (false, Some(place)) = (takes, places.last()) {
            let place = place.display();
            return Err(Failure::new(format!("{place}: does not depend on `{name}`, so nothing can take its place")));
        }
    }
    Ok(())
}
