use stripcheck::*;
use std::path::PathBuf;
fn main() {
    let mut app = vec![]; let mut vendored = vec![]; let mut all = false; let mut quiet = false;
    for a in std::env::args().skip(1) { if a == "--all" { all = true } else if a == "-q" { quiet = true } else if let Some(p) = a.strip_prefix("app=") { app.push(PathBuf::from(p)) } else { vendored.push(PathBuf::from(a)) } }
    let t = std::time::Instant::now();
    let s = discover::discover(&discover::Request { app, vendored, cwd: ".".into(), virtual_env: None }).unwrap();
    eprintln!("discover {:?} {} files", t.elapsed(), s.files.len());
    let scan = scan::scan_with(s, if all { scan::Demand::Everything } else { scan::Demand::Needed });
    eprintln!("scan {:?} reads {} outlined {} parsed {}", t.elapsed(), scan.reads.len(), scan.outlined, scan.parsed);
    if quiet { return }
    for r in &scan.reads {
        let f = |id: usize| scan.sources.files[id].path.to_string();
        println!("{}", serde_json::json!({"file": f(r.place.file), "line": r.place.span.line, "end_line": r.place.span.end_line, "column": r.place.span.column,
          "key": {"kind": format!("{:?}", r.key.kind).to_lowercase(), "text": r.key.text}, "reader": r.reader, "function": r.function, "explained": r.explained, "access": format!("{:?}", r.access),
          "absent": format!("{:?}", r.absent), "timing": format!("{:?}", r.timing),
          "chain": r.chain.iter().map(|s| serde_json::json!({"file": f(s.place.file), "line": s.place.span.line, "end_line": s.place.span.end_line, "what": s.what})).collect::<Vec<_>>()}));
    }
    for n in &scan.notices { if n.kind == model::NoticeKind::LimitReached { eprintln!("{n:?}") } }
}
