//! Lines of rendered manifests → where a person would edit what a release has to know.

use std::collections::BTreeMap;

use crate::helm::Places;
use crate::model::{ChartObject, ChartPlace, Entry, SourceKind};

/// Lets the places of objects, and of what pods need, be lines of templates and values. What nothing tells the
/// origin of stays where it was rendered.
pub fn trace(objects: &mut [ChartObject], entries: &[Entry], places: &Places) {
    // An item may have been named by a key of the values, which its line does not tell.
    let items = entries.iter().filter(|entry| entry.source.kind != SourceKind::EnvFrom);
    let known: BTreeMap<&ChartPlace, &ChartPlace> =
        items.filter_map(|entry| Some((entry.rendered.as_ref()?, &entry.location))).collect();
    let trace = |place: &mut ChartPlace| {
        let found = known.get(place).map(|found| (*found).clone());
        if let Some(found) = found.or_else(|| places.line(&place.file, place.line)) {
            *place = found;
        }
    };
    objects.iter_mut().flat_map(places_of).for_each(trace);
}

/// All places that an object has.
pub fn places_of(object: &mut ChartObject) -> impl Iterator<Item = &mut ChartPlace> {
    let pods = object.pods.iter_mut().flat_map(|pod| {
        let items = pod.env.values_mut().map(|(_, place)| place);
        pod.needs.iter_mut().map(|need| &mut need.place).chain(items)
    });
    std::iter::once(&mut object.place).chain(pods)
}
