//! [Django](https://docs.djangoproject.com/en/stable/topics/settings/#designating-the-settings): what starts it asks
//! for the settings module; facts from `django/conf/__init__.py` of 5.1 (`LazySettings._setup`).

use super::{Library, Reader};
use crate::model::Outcome;

const fn starts(name: &'static str) -> Reader<'static> {
    Reader {
        name,
        key: None,
        usual: "DJANGO_SETTINGS_MODULE",
        absent: Outcome::Raises,
        exception: "ImproperlyConfigured",
        ..Reader::PLAIN
    }
}

/// Where Django itself is scanned, its code tells.
pub const LIBRARY: Library = Library {
    name: "django",
    words: &["django.setup", "execute_from_command_line", "get_asgi_application", "get_wsgi_application"],
    readers: &[
        starts("django.setup"),
        starts("django.core.asgi.get_asgi_application"),
        starts("django.core.management.execute_from_command_line"),
        starts("django.core.wsgi.get_wsgi_application"),
    ],
    only_if_absent: true,
    ..Library::EMPTY
};
