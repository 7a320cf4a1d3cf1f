; Scopes and definitions. A part that may be missing has a pattern of its own: the matches of one
; node are merged, so no pattern needs a quantifier, and each stays flat.

; def f(a): pass
(function_definition
  name: (identifier) @function.name
  parameters: (parameters) @function.parameters
  ":" @function.colon
  body: (block) @function.body) @function

; def f(a) -> int: pass
(function_definition return_type: (type) @function.returns) @function

; class A: pass
(class_definition
  name: (identifier) @class.name
  ":" @class.colon
  body: (block) @class.body) @class

; class A(B, metaclass=C): pass
(class_definition superclasses: (argument_list) @class.bases) @class

; @d
; def f(): pass
(decorated_definition (decorator) @decorated.decorator) @decorated

; @d
; class A: pass
(decorated_definition definition: (_) @decorated.definition) @decorated
