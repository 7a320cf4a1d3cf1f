//! Templates and what they put out, checked with real Helm.

use std::rc::Rc;

use crate::helm::format::read;
use crate::helm::template::Engine;
use crate::helm::text::Text;

/// What a template puts out, with some values; an error begins with `error: `.
fn rendered(template: &str) -> String {
    let values =
        "a: x\nnum: 3\nf: 1.5\nlist: [b, a, b]\nmap: {k2: v2, k1: v1}\nnothing: ~\nt: true\nempty: ''\nbig: 1000000\n";
    let Ok(dot) = read::yaml(&Text::from(values)) else { return "bad values".into() };
    let mut engine = Engine::default();
    let added = engine.add("t", Text::from(template));
    let result = added.and_then(|()| engine.tpl("t", &Rc::new(Text::from("{{ include \"t\" . }}")), dot));
    match result {
        Ok(text) => text.as_str().to_string(),
        Err(fault) => format!("error: {}", fault.message),
    }
}

#[test]
fn functions_are_those_of_sprig() {
    for (template, expected) in [
        (r#"{{ .a | quote }} {{ .num | quote }} {{ quote "a\"b" nil }}"#, r#""x" "3" "a\"b""#),
        ("{{ .big }} {{ int .big }} {{ .f }}", "1e+06 1000000 1.5"),
        (r#"{{ trimSuffix "-" (trunc 4 "abc-def") }}"#, "abc"),
        (r#"{{ "a.b" | replace "." "-" }} {{ nindent 2 "a\nb" }}"#, "a-b \n  a\n  b"),
        ("{{ .list | uniq | sortAlpha | join \",\" }} {{ has \"a\" .list }}", "a,b true"),
        ("{{ range $k, $v := .map }}{{ $k }}={{ $v }};{{ end }}", "k1=v1;k2=v2;"),
        ("{{ $d := dict \"a\" 1 }}{{ $_ := set $d \"b\" 2 }}{{ $d | toJson }}", r#"{"a":1,"b":2}"#),
        (
            "{{ merge (dict \"a\" false \"m\" (dict \"x\" 1)) (dict \"a\" true \"m\" (dict \"y\" 2)) | toJson }}",
            r#"{"a":true,"m":{"x":1,"y":2}}"#,
        ),
        ("{{ mergeOverwrite (dict \"a\" 1) (dict \"a\" 2 \"b\" 3) | toJson }}", r#"{"a":2,"b":3}"#),
        (
            "{{ printf \"%s-%d %05.1f %q %v|%-4s|%4s|\" .a 7 2.25 \"y\" .list \"l\" \"r\" }}",
            "x-7 002.2 \"y\" [b a b]|l   |   r|",
        ),
        ("{{ printf \"%d %s\" .f 1 }}", "%!d(float64=1.5) %!s(int=1)"),
        ("{{ default \"d\" .empty }} {{ .missing | default \"m\" }} {{ coalesce nil \"\" \"c\" }}", "d m c"),
        ("{{ ternary 1 2 true }} {{ ternary 1 2 .t }}", "1 1"),
        ("{{ b64enc \"hi\" }} {{ b64dec \"aGk=\" }} {{ sha256sum \"\" | trunc 8 }}", "aGk= hi e3b0c442"),
        ("{{ regexReplaceAll \"a(.)c\" \"xabcx\" \"${1}-\" }} {{ regexFind \"[0-9]+\" \"a12b\" }}", "xb-x 12"),
        (
            "{{ add 1 2 3 }} {{ div 7 2 }} {{ mod 7 2 }} {{ max 1 3 2 }} {{ round 3.14159 2 }} {{ divf 1 3 }}",
            "6 3 1 3 3.14 0.3333333333333333",
        ),
        ("{{ dig \"map\" \"k1\" \"d\" . }} {{ dig \"map\" \"k9\" \"d\" . }} {{ get .map \"k2\" }}", "v1 d v2"),
        ("{{ until 3 }} {{ seq 1 2 5 }} {{ untilStep 3 0 -1 }}", "[0 1 2] 1 3 5 [3 2 1]"),
        (
            "{{ kindOf .num }} {{ kindOf .list }} {{ typeOf .map }} {{ kindOf nil }} {{ kindIs \"map\" .map }}",
            "float64 slice map[string]interface {} invalid true",
        ),
        (
            "{{ snakecase \"FirstName\" }} {{ kebabcase \"HTTPServer\" }} {{ camelcase \"http_server\" }} {{ title \"ab cd\" }}",
            "first_name http-server HttpServer Ab Cd",
        ),
        (
            "{{ pick .map \"k1\" | toJson }} {{ omit .map \"k1\" | toJson }} {{ keys .map | sortAlpha }}",
            "{\"k1\":\"v1\"} {\"k2\":\"v2\"} [k1 k2]",
        ),
        ("{{ (split \"/\" \"a/b\")._1 }} {{ splitList \",\" \"a,b\" | last }} {{ substr 1 3 \"abcd\" }}", "b b bc"),
        (
            "{{ (urlParse \"http://u@h:1/p?q#f\").host }} {{ base \"a/b.c\" }} {{ dir \"a/b\" }} {{ ext \"b.c\" }}",
            "h:1 b.c a .c",
        ),
        ("{{ print \"a\" 1 2 \"b\" }} {{ cat \"a\" 1 }} {{ len .list }} {{ index .list 1 }}", "a1 2b a 1 3 a"),
        ("{{ (semver \"1.2.3\").Minor }} {{ semverCompare \">=1.2-0\" \"1.3.0\" }}", "2 true"),
        ("{{ hasKey (dict).x \"k\" }} {{ (set (dict) \"a\" 1).a }}", "false 1"),
        ("{{ toYaml .map }}", "k1: v1\nk2: v2"),
        ("{{ (fromYaml \"a: [1\").Error | empty }} {{ fromJson \"{\\\"a\\\":1}\" | toYaml }}", "false a: 1"),
    ] {
        assert_eq!(rendered(template), expected, "{template}");
    }
}

#[test]
fn the_language_is_gos() {
    for (template, expected) in [
        ("a {{- /* c */ -}} b {{- 1 -}} c", "ab1c"),
        ("{{ if .missing }}x{{ else if .t }}y{{ else }}z{{ end }}", "y"),
        ("{{ with .missing }}x{{ else with .a }}{{ . }}{{ end }}", "x"),
        ("{{ range .list }}{{ if eq . \"a\" }}{{ break }}{{ end }}{{ . }}{{ else }}none{{ end }}", "b"),
        ("{{ range $i, $e := .list }}{{ if eq $i 0 }}{{ continue }}{{ end }}{{ $i }}{{ $e }}{{ end }}", "1a2b"),
        ("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $x := 3 }}{{ end }}{{ $x }}", "2"),
        ("{{ define \"d\" }}<{{ . }}>{{ end }}{{ template \"d\" .a }}{{ include \"d\" 1 | upper }}", "<x><1>"),
        ("{{ block \"b\" .a }}[{{ . }}]{{ end }}", "[x]"),
        ("{{ (.missing).x }}{{ ((.missing).x).y }}|{{ .nothing }}|", "||"),
        ("{{ .missing.x }}", "error: nil pointer evaluating interface {}.x"),
        ("{{ $m := .missing }}{{ $m.x.y }}|", "|"),
        ("{{ .a.x }}", "error: can't evaluate field x in type string"),
        ("{{ eq 1 1.0 }}", "error: incompatible types for comparison"),
        (
            "{{ eq .a \"y\" \"x\" }} {{ ne .num 3.0 }} {{ lt 1 2 }} {{ and 1 0 2 }} {{ or 0 \"\" 5 }} {{ not 0 }}",
            "true false true 0 5 true",
        ),
        ("{{ upper 1 }}", "error: upper: wrong type for value; expected string; got int"),
        ("{{ nosuch 1 }}", "error: function `nosuch` is not supported; pass rendered manifests or install helm"),
        ("{{ required \"need it\" .missing }}", "error: need it"),
        ("{{ fail \"stop\" }}", "error: stop"),
        ("{{ tpl \"{{ .a }}{{ define \\\"q\\\" }}Q{{ end }}{{ include \\\"q\\\" . }}\" . }}", "xQ"),
        ("{{ \"a\\tb\" }}{{ `r\\n` }}{{ 'a' }}{{ 0x10 }}", "a\tbr\\n9716"),
        ("{{ if .a }}", "error: unclosed {{if}}: no {{end}} for it"),
        ("{{ $y }}", "error: undefined variable \"$y\""),
        ("{{ template \"none\" }}", "error: template \"none\" not defined"),
        ("{{ range 3 }}{{ . }}{{ end }}", "012"),
    ] {
        assert_eq!(rendered(template), expected, "{template}");
    }
}

#[test]
fn runaway_templates_end_with_an_error() {
    let thread = std::thread::Builder::new().stack_size(1 << 30).spawn(runaways);
    assert!(thread.is_ok_and(|thread| thread.join().is_ok()));
}

fn runaways() {
    for template in [
        "{{ define \"r\" }}{{ include \"r\" . }}{{ end }}{{ include \"r\" . }}",
        "{{ define \"r\" }}{{ template \"r\" . }}{{ end }}{{ template \"r\" . }}",
        "{{ range until 1000000000 }}{{ end }}",
        "{{ range 1000000000 }}{{ end }}",
        "{{ repeat 1000000000 \"xxxxxxxxxx\" }}",
        "{{ $s := \"xxxxxxxxxxxxxxxx\" }}{{ range until 60 }}{{ $s = printf \"%s%s\" $s $s }}{{ end }}",
        "{{ $l := list 1 }}{{ range until 60 }}{{ $l = concat $l $l }}{{ end }}",
        "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ toYaml $d }}",
        "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ deepCopy $d }}",
        "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ print $d }}",
        "{{ $d := dict }}{{ range until 60 }}{{ $d = dict \"a\" $d \"b\" $d }}{{ end }}{{ $d | toJson }}",
        "{{ indent 100000000 \"a\" }}",
        "{{ printf \"%100000000d\" 1 }}",
    ] {
        let out = rendered(template);
        assert!(out.starts_with("error: "), "{template}: {out:.80}");
    }
}
