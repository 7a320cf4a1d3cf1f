//! Names of the grammar's nodes and fields as small numbers: comparing the strings themselves would
//! cost more than the parse tree's walk.

use std::sync::LazyLock;

use tree_sitter::{Language, Node};

/// The grammar.
pub(super) static LANGUAGE: LazyLock<Language> = LazyLock::new(|| tree_sitter_python::LANGUAGE.into());

macro_rules! kinds {
    ($($kind:ident $name:literal $named:literal)*) => {
        /// The node kinds that lowering tells apart.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Kind {
            $(#[doc = $name] $kind,)*
            /// A syntax error.
            Error,
            /// Any other.
            Other,
        }
        const KINDS: &[(&str, bool, Kind)] = &[$(($name, $named, Kind::$kind)),*];
    };
}

kinds! {
    ArgumentList "argument_list" true
    AsPattern "as_pattern" true
    AsPatternTarget "as_pattern_target" true
    AliasedImport "aliased_import" true
    AssertStatement "assert_statement" true
    Assignment "assignment" true
    Attribute "attribute" true
    AugmentedAssignment "augmented_assignment" true
    Await "await" true
    BinaryOperator "binary_operator" true
    Block "block" true
    BooleanOperator "boolean_operator" true
    BreakStatement "break_statement" true
    Call "call" true
    CaseClause "case_clause" true
    CasePattern "case_pattern" true
    Chevron "chevron" true
    ClassDefinition "class_definition" true
    ClassPattern "class_pattern" true
    Comment "comment" true
    ComparisonOperator "comparison_operator" true
    ComplexPattern "complex_pattern" true
    ConcatenatedString "concatenated_string" true
    ConditionalExpression "conditional_expression" true
    ConstrainedType "constrained_type" true
    ContinueStatement "continue_statement" true
    DecoratedDefinition "decorated_definition" true
    DefaultParameter "default_parameter" true
    DeleteStatement "delete_statement" true
    DictPattern "dict_pattern" true
    Dictionary "dictionary" true
    DictionaryComprehension "dictionary_comprehension" true
    DictionarySplat "dictionary_splat" true
    DictionarySplatPattern "dictionary_splat_pattern" true
    DottedName "dotted_name" true
    Ellipsis "ellipsis" true
    ElifClause "elif_clause" true
    ExecStatement "exec_statement" true
    ExpressionList "expression_list" true
    ExpressionStatement "expression_statement" true
    False "false" true
    Float "float" true
    ForInClause "for_in_clause" true
    ForStatement "for_statement" true
    FormatExpression "format_expression" true
    FormatSpecifier "format_specifier" true
    FunctionDefinition "function_definition" true
    FutureImportStatement "future_import_statement" true
    GeneratorExpression "generator_expression" true
    GenericType "generic_type" true
    GlobalStatement "global_statement" true
    Identifier "identifier" true
    IfClause "if_clause" true
    IfStatement "if_statement" true
    ImportFromStatement "import_from_statement" true
    ImportPrefix "import_prefix" true
    ImportStatement "import_statement" true
    Integer "integer" true
    Interpolation "interpolation" true
    KeywordArgument "keyword_argument" true
    KeywordPattern "keyword_pattern" true
    KeywordSeparator "keyword_separator" true
    Lambda "lambda" true
    LineContinuation "line_continuation" true
    List "list" true
    ListComprehension "list_comprehension" true
    ListPattern "list_pattern" true
    ListSplat "list_splat" true
    ListSplatPattern "list_splat_pattern" true
    MatchStatement "match_statement" true
    MemberType "member_type" true
    NamedExpression "named_expression" true
    None "none" true
    NonlocalStatement "nonlocal_statement" true
    NotOperator "not_operator" true
    Pair "pair" true
    ParenthesizedExpression "parenthesized_expression" true
    PassStatement "pass_statement" true
    PatternList "pattern_list" true
    PositionalSeparator "positional_separator" true
    PrintStatement "print_statement" true
    RaiseStatement "raise_statement" true
    RelativeImport "relative_import" true
    ReturnStatement "return_statement" true
    Set "set" true
    SetComprehension "set_comprehension" true
    Slice "slice" true
    SplatPattern "splat_pattern" true
    SplatType "splat_type" true
    String "string" true
    StringContent "string_content" true
    StringEnd "string_end" true
    StringStart "string_start" true
    Subscript "subscript" true
    True "true" true
    TryStatement "try_statement" true
    Tuple "tuple" true
    TuplePattern "tuple_pattern" true
    Type "type" true
    TypeAliasStatement "type_alias_statement" true
    TypeConversion "type_conversion" true
    TypeParameter "type_parameter" true
    TypedDefaultParameter "typed_default_parameter" true
    TypedParameter "typed_parameter" true
    UnaryOperator "unary_operator" true
    UnionPattern "union_pattern" true
    UnionType "union_type" true
    WhileStatement "while_statement" true
    WildcardImport "wildcard_import" true
    WithItem "with_item" true
    WithStatement "with_statement" true
    Yield "yield" true
    Colon ":" false
    Comma "," false
    Equals "=" false
    From "from" false
    Async "async" false
}

static TABLE: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let kind_of = |id: u16| {
        let (name, named) = (LANGUAGE.node_kind_for_id(id)?, LANGUAGE.node_kind_is_named(id));
        KINDS.iter().find(|k| k.0 == name && k.1 == named).map(|k| k.2)
    };
    let count = u16::try_from(LANGUAGE.node_kind_count()).unwrap_or(u16::MAX);
    (0..count).map(|id| kind_of(id).unwrap_or(Kind::Other)).collect()
});

impl Kind {
    /// The kind of a node.
    pub(super) fn of(node: Node<'_>) -> Kind {
        // Error nodes have an id past the end of the grammar's table.
        TABLE.get(usize::from(node.kind_id())).copied().unwrap_or(Kind::Error)
    }

    /// Whether it is a statement (a clause is not).
    pub(super) fn is_statement(self) -> bool {
        use Kind::*;
        matches!(
            self,
            AssertStatement
                | BreakStatement
                | ClassDefinition
                | ContinueStatement
                | DecoratedDefinition
                | DeleteStatement
                | ExecStatement
                | ExpressionStatement
                | ForStatement
                | FunctionDefinition
                | FutureImportStatement
                | GlobalStatement
                | IfStatement
                | ImportFromStatement
                | ImportStatement
                | MatchStatement
                | NonlocalStatement
                | PassStatement
                | PrintStatement
                | RaiseStatement
                | ReturnStatement
                | TryStatement
                | TypeAliasStatement
                | WhileStatement
                | WithStatement
        )
    }

    /// Whether it is an expression, or a target or type that is lowered as one.
    pub(super) fn is_expression(self) -> bool {
        use Kind::*;
        matches!(
            self,
            AsPattern
                | Attribute
                | Await
                | BinaryOperator
                | BooleanOperator
                | Call
                | ComparisonOperator
                | ConcatenatedString
                | ConditionalExpression
                | Dictionary
                | DictionaryComprehension
                | Ellipsis
                | ExpressionList
                | False
                | Float
                | GeneratorExpression
                | Identifier
                | Integer
                | Lambda
                | List
                | ListComprehension
                | ListSplat
                | NamedExpression
                | None
                | NotOperator
                | ParenthesizedExpression
                | PatternList
                | Set
                | SetComprehension
                | String
                | Subscript
                | True
                | Tuple
                | Type
                | UnaryOperator
                | Yield
        )
    }
}

macro_rules! fields {
    ($($field:ident)*) => {
        /// The ids of the fields that lowering asks for.
        pub(super) struct Fields { $(pub(super) $field: u16,)* }
        /// Field ids by name.
        pub(super) static FIELD: LazyLock<Fields> = LazyLock::new(|| {
            let id = |name: &str| LANGUAGE.field_id_for_name(name).map_or(0, |id| id.get());
            Fields { $($field: id(stringify!($field)),)* }
        });
        #[cfg(test)]
        const FIELD_NAMES: &[&str] = &[$(stringify!($field)),*];
    };
}

fields! {
    alias argument arguments attribute body expression key left name operator operators parameters right
    subscript value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_in_the_grammar() {
        for (name, named, _) in KINDS {
            assert_ne!(LANGUAGE.id_for_node_kind(name, *named), 0, "{name}");
        }
        for name in FIELD_NAMES {
            assert!(LANGUAGE.field_id_for_name(name).is_some(), "{name}");
        }
    }
}
