; Imports.

; import a.b, c as d
(import_statement name: (_) @import.module) @import

; from ..a import b
(import_from_statement module_name: (_) @from.module) @from

; from a import (b, c as d)
(import_from_statement name: (_) @from.name) @from

; from a import *
(import_from_statement (wildcard_import) @from.name) @from

; from __future__ import annotations
(future_import_statement name: (_) @future.name) @future
