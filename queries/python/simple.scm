; Simple statements: those without a block of their own.

; f(x)
(expression_statement (_) @expression.value) @expression

; a, b.c = value
(assignment
  left: (_) @assign.target
  !type
  right: (_) @assign.value) @assign

; a: int
(assignment
  left: (_) @annotated.target
  type: (_) @annotated.annotation) @annotated

; a: int = 1
(assignment
  type: (_)
  right: (_) @annotated.value) @annotated

; a += 1
(augmented_assignment
  left: (_) @augmented.target
  operator: _ @augmented.operator
  right: (_) @augmented.value) @augmented

; return
(return_statement) @return

; return a, b
(return_statement (_) @return.value) @return

; raise
(raise_statement) @raise

; raise A
(raise_statement !cause (_) @raise.exception) @raise

; raise A from b
(raise_statement (_) @raise.exception cause: (_) @raise.cause) @raise

; assert a, b
(assert_statement (_) @assert.value) @assert

; del a, b[c]
(delete_statement (_) @delete.target) @delete

; global a, b
(global_statement (identifier) @global.name) @global

; nonlocal a
(nonlocal_statement (identifier) @global.name) @global

; pass
(pass_statement) @pass

; break
(break_statement) @jump

; continue
(continue_statement) @continue

; type A = int
(type_alias_statement
  left: (_) @alias.target
  right: (_) @alias.value) @alias

; print a, b
(print_statement argument: (_) @print.argument) @print

; print >>a, b
(print_statement (chevron) @print.argument) @print

; exec a in b
(exec_statement (_) @exec.argument) @exec
