; Compound statements and their clauses.

; if a: pass
(if_statement
  condition: (_) @if.test
  consequence: (block) @if.body) @if

; if a: pass
; elif b: pass
(if_statement alternative: (_) @if.alternative) @if

; if a: pass
; elif b: pass
(elif_clause
  condition: (_) @elif.test
  consequence: (block) @elif.body) @elif

; if a: pass
; else: pass
(else_clause body: (block) @else.body) @else

; while a: pass
(while_statement
  condition: (_) @while.test
  body: (block) @while.body) @while

; while a: pass
; else: pass
(while_statement alternative: (_) @while.alternative) @while

; for a, b in c, d: pass
(for_statement
  left: (_) @for.target
  right: (_) @for.iter
  body: (block) @for.body) @for

; for a in b: pass
; else: pass
(for_statement alternative: (_) @for.alternative) @for

; try: pass
; finally: pass
(try_statement body: (block) @try.body) @try

; try: pass
; except A: pass
(try_statement (except_clause) @try.handler) @try

; try: pass
; except A: pass
; else: pass
(try_statement (else_clause) @try.else) @try

; try: pass
; finally: pass
(try_statement (finally_clause) @try.finally) @try

; try: pass
; except: pass
(except_clause (block) @except.body) @except

; try: pass
; except A as a: pass
(except_clause value: (_) @except.type) @except

; try: pass
; finally: pass
(finally_clause (block) @finally.body) @finally

; with a as b, c: pass
(with_statement
  (with_clause) @with.items
  body: (block) @with.body) @with

; match a:
;   case 1: pass
(match_statement body: (block) @match.body) @match

; match a, b:
;   case 1: pass
(match_statement subject: (_) @match.subject) @match

; match a:
;   case 1 | 2: pass
(case_clause consequence: (block) @case.body) @case

; match a:
;   case 1, a: pass
(case_clause (case_pattern) @case.pattern) @case

; match a:
;   case a if b: pass
(case_clause guard: (if_clause) @case.guard) @case
