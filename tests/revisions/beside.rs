//! Charts that are what others make of them: libraries, dependencies, and objects of deployment tools.

use serde_json::Value;

use super::{BOTH, REGION, Scratch, chart, manifest, told};

/// A chart whose env is that of the library `common`, which stands beside it.
fn consumer(scratch: &Scratch, folder: &str, name: &str) {
    chart(scratch, folder, name, "env: []\n");
    let beside = "dependencies:\n  - {name: common, version: 1.x.x, repository: 'file://../../libs/common'}\n";
    let about = format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\n{beside}");
    scratch.write(&format!("{folder}/Chart.yaml"), &about);
    let template = manifest("acme/web:1", "{{ include \"common.env\" . | indent 12 }}\n");
    scratch.write(&format!("{folder}/templates/web.yaml"), &template.replace("name: web", &format!("name: {name}")));
}

/// The library, whose env is these lines.
fn common(scratch: &Scratch, env: &str) {
    scratch.write("libs/common/Chart.yaml", "apiVersion: v2\nname: common\ntype: library\nversion: 1.2.0\n");
    scratch
        .write("libs/common/templates/_env.tpl", &format!("{{{{- define \"common.env\" -}}}}\n{env}{{{{- end -}}}}\n"));
}

#[test]
fn a_library_of_either_revision_is_put_into_the_charts_that_depend_on_it() {
    let scratch = Scratch::new("library");
    let lines = |env: &str| env.replace("            ", "");
    common(&scratch, &lines(BOTH));
    consumer(&scratch, "services/api", "api");
    consumer(&scratch, "services/jobs", "jobs");
    // Here the library is packed in, and older.
    consumer(&scratch, "services/site", "site");
    scratch.write("services/site/charts/common/Chart.yaml", "{name: common, version: 1.0.0, type: library}\n");
    let empty = "{{- define \"common.env\" -}}\n- {name: REGION, value: us}\n{{- end -}}\n";
    scratch.write("services/site/charts/common/templates/_env.tpl", empty);
    scratch.commit("charts");
    common(&scratch, &lines(REGION));
    let app = ["--app", "app", "--base", "HEAD"];
    let consumers = ["--chart", "libs/common", "--consumer", "services/api", "services/jobs", "services/site"];
    let (report, status) = scratch.diff(&[&app[..], &consumers].concat());
    let one = "removed API_TOKEN unsafe read libs/common/templates/_env.tpl:2";
    assert_eq!((told(&report), status), (vec![one.to_string(); 3], Some(1)));
    let charts = |report: &Value| -> Vec<String> {
        let entries = report["entries"].as_array().cloned().unwrap_or_default();
        entries.iter().map(|entry| entry["chart"].as_str().unwrap_or("?").to_string()).collect()
    };
    assert_eq!(charts(&report), ["api", "jobs", "site"]);
    // What a chart holds wins over what is beside it.
    let (report, _) = scratch.diff(&app);
    assert_eq!(charts(&report), ["api", "jobs"]);
    // The same by hand, for one of them.
    let by_hand = ["--chart", "services/site", "--override-dependency", "common=libs/common"];
    assert_eq!(charts(&scratch.diff(&[&app[..], &by_hand].concat()).0), ["site"]);
    let alone = scratch.run("", &["diff", "--base", "HEAD", "--chart", "libs/common", "--app", "app"]);
    let said = String::from_utf8_lossy(&alone.stderr);
    assert!(alone.status.code() == Some(2) && said.contains("--consumer"), "{said}");
}

#[test]
fn a_chart_is_compared_as_the_objects_of_gitops_tools_deploy_it() {
    let scratch = Scratch::new("gitops");
    let env = |name: &str, value: &str| format!("env:\n  - name: {name}\n    value: {value}\n");
    chart(&scratch, "deploy/web", "web", &env("REGION", "us"));
    scratch.write("deploy/web/values-prod.yaml", &(env("API_TOKEN", "x") + "  - name: REGION\n    value: us\n"));
    let application = |name: &str, files: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: {name}\nspec:\n  source:\n    repoURL: https://git.example/web.git\n    path: deploy/web\n    helm:\n      valueFiles: [{files}]\n"
        )
    };
    scratch.write("apps/dev.yaml", &application("dev", ""));
    scratch.write("apps/prod.yaml", &application("prod", "values-prod.yaml"));
    scratch.commit("applications");
    let app = ["--app", "app", "--base", "HEAD"];
    assert_eq!(told(&scratch.diff(&app).0), Vec::<String>::new());
    // The values of one of them.
    scratch.write("deploy/web/values-prod.yaml", &env("REGION", "us"));
    let expected = vec!["removed API_TOKEN unsafe read deploy/web/values-prod.yaml:2".to_string()];
    assert_eq!(told(&scratch.diff(&app).0), expected);
    assert_eq!(told(&scratch.diff(&[&app[..], &["--chart", "apps/prod.yaml"]].concat()).0), expected);
    assert_eq!(told(&scratch.diff(&[&app[..], &["--chart", "apps"]].concat()).0), expected);
    let commit = scratch.commit("strip");
    let revisions = ["--app", "app", "--base", "HEAD~1", "--head", &commit];
    assert_eq!(told(&scratch.diff(&revisions).0), expected);
    // Which values it takes.
    scratch.git(&["checkout", "--quiet", "HEAD~1"]);
    scratch.write("apps/prod.yaml", &application("prod", ""));
    assert_eq!(told(&scratch.diff(&app).0), expected);
}

#[test]
fn a_chart_whose_values_are_not_all_known_is_compared_by_itself_too() {
    let scratch = Scratch::new("gitops-open");
    let env = "env:\n  - name: API_TOKEN\n    value: x\n";
    chart(&scratch, "deploy/web", "web", env);
    let release = |from: &str| {
        format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: w\nspec:\n  chart: {{spec: {{chart: deploy/web, sourceRef: {{kind: GitRepository}}}}}}\n  values: {{env: []}}\n{from}"
        )
    };
    let app = ["--app", "app", "--base", "HEAD"];
    for (from, expected) in [
        ("", vec![]),
        (
            "  valuesFrom: [{kind: Secret, name: s}]\n",
            vec!["removed API_TOKEN unsafe read deploy/web/values.yaml:2".to_string()],
        ),
    ] {
        scratch.write("apps/web.yaml", &release(from));
        scratch.write("deploy/web/values.yaml", env);
        scratch.commit("release");
        scratch.write("deploy/web/values.yaml", "env: []\n");
        assert_eq!(told(&scratch.diff(&app).0), expected, "{from}");
    }
    // What is known may not be enough to render it.
    scratch.write("deploy/web/templates/more.yaml", "# {{ required \"say it\" .Values.said }}\n");
    scratch.commit("required");
    let output = scratch.run("", &["entries", "--chart", "apps/web.yaml"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && said.contains("HelmRelease w") && said.contains("say it"), "{said}");
}

#[test]
fn dependencies_that_are_not_in_git_are_taken_from_the_work_tree() {
    let scratch = Scratch::new("built");
    let both = "env:\n  - name: API_TOKEN\n    value: x\n  - name: REGION\n    value: us\n";
    chart(&scratch, "deploy/web", "web", both);
    let about = "name: web\nversion: 1.0.0\ndependencies:\n  - {name: redis, version: 1.x.x, repository: 'oci://charts.example'}\n";
    scratch.write("deploy/web/Chart.yaml", about);
    scratch.write(".gitignore", "charts/\n");
    scratch.commit("chart");
    let app = ["diff", "--app", "app", "--base", "HEAD", "--chart", "deploy/web"];
    let output = scratch.run("", &app);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && said.contains("`redis` is missing"), "{said}");
    scratch.write("deploy/web/charts/redis/Chart.yaml", "{name: redis, version: 1.2.3}\n");
    scratch.write("deploy/web/values.yaml", &both.replace("  - name: API_TOKEN\n    value: x\n", ""));
    let expected = "removed API_TOKEN unsafe read deploy/web/values.yaml:2";
    let (report, _) = scratch.diff(&app[1..]);
    assert_eq!(told(&report), [expected]);
    let spots = report["coverage"]["blind_spots"].to_string();
    assert!(spots.contains("the dependency `redis` is not in charts/ of deploy/web: taken from "), "{spots}");
    // Another version is none that was asked for.
    scratch.write("deploy/web/charts/redis/Chart.yaml", "{name: redis, version: 2.0.0}\n");
    let output = scratch.run("", &app);
    assert_eq!(output.status.code(), Some(2));
}
