//! Well-known images that hold no Python application: names of official images (Docker Hub), of
//! the Bitnami catalogue (<https://github.com/bitnami/containers>), of Kubernetes' own sidecars
//! (registry.k8s.io) and of the projects' own registries. Compared with the repository's last
//! segment. Our own image of such a name is told with `--image`.

/// Databases, caches, brokers: also when something stands before the name (`acme-postgresql`).
pub const DATABASES: &[&str] = &[
    "cassandra", "clickhouse", "cockroach", "cockroachdb", "couchdb", "elasticsearch", "influxdb", "mariadb",
    "memcached", "mongo", "mongodb", "mysql", "neo4j", "opensearch", "pgbouncer", "pgvector", "postgis", "postgres",
    "postgresql", "rabbitmq", "redis", "timescaledb", "valkey", "zookeeper",
];

/// Servers: also told by a container's name or its command (`postgres`, `nginx -g …`), where the
/// image has a name of its own.
pub const SERVERS: &[&str] = &[
    "cloud-sql-proxy", "envoy", "etcd", "haproxy", "istio-proxy", "kafka", "keycloak", "minio", "mongod", "mysqld",
    "nginx", "oauth2-proxy", "pgpool", "redis-server", "traefik", "valkey-server", "vault", "vault-agent",
];

/// What follows a known name in variants of the same program.
pub const SUFFIXES: &[&str] = &[
    "alpine", "bitnami", "cluster", "contrib", "exporter", "galera", "ha", "k8s", "lite", "operator",
    "repmgr", "sentinel", "server", "sharded", "shell", "stack-server", "unprivileged",
];

/// Everything else that is well known.
pub const KNOWN: &[&str] = &[
    // databases and their helpers that are never an ending of something else
    "arangodb", "couchbase", "dragonfly", "etcd", "foundationdb", "keydb", "mssql", "oracle", "percona-server-mongodb",
    "percona-xtradb-cluster", "pgpool", "pgpool-ii", "postgres-operator", "scylla", "spilo", "sqlserver",
    "victoria-metrics", "meilisearch", "milvus", "qdrant", "solr", "typesense", "weaviate",
    // queues and streams
    "activemq", "artemis", "kafka", "kafka-ui", "mosquitto", "nats", "nats-box", "nsq", "pulsar", "redpanda",
    "schema-registry", "cp-kafka", "cp-schema-registry", "cp-zookeeper",
    // proxies, gateways, service meshes
    "apache", "caddy", "cloud-sql-proxy", "cloud_sql_proxy", "cloudsql-proxy", "gce-proxy", "contour", "envoy",
    "haproxy", "httpd", "ingress-nginx-controller", "istio-proxy", "proxyv2", "kong", "linkerd-proxy", "nginx",
    "oauth2-proxy", "openresty", "pomerium", "squid", "tomcat", "traefik", "twemproxy", "varnish",
    // identity and secrets
    "authelia", "dex", "keycloak", "vault", "vault-k8s", "openldap", "kube-rbac-proxy", "ory-hydra", "ory-kratos",
    // collectors, metrics, dashboards
    "alertmanager", "blackbox-exporter", "cadvisor", "datadog-agent", "fluent-bit", "fluentbit",
    "fluentd", "grafana", "grafana-agent", "jaeger", "all-in-one", "kibana", "kube-state-metrics", "logstash", "loki",
    "metricbeat", "filebeat", "mimir", "node-exporter", "opentelemetry-collector", "otel-collector", "otelcol",
    "prometheus", "promtail", "pushgateway", "statsd-exporter", "telegraf", "tempo", "thanos", "vector", "vmagent",
    "vmsingle", "zipkin", "metrics-exporter", "newrelic-infrastructure",
    // storage
    "minio", "minio-object-browser", "mc", "seaweedfs", "rclone", "restic", "rook-ceph", "ceph",
    // Kubernetes' own
    "csi-node-driver-registrar", "csi-provisioner", "driver-crds", "git-sync", "kube-webhook-certgen",
    "kubectl", "livenessprobe", "pause", "cert-manager-controller", "cert-manager-cainjector", "cert-manager-webhook",
    "cert-manager-acmesolver", "cert-manager-startupapicheck", "external-dns", "reloader", "helm", "kustomize",
    // shells and base systems
    "alpine", "amazonlinux", "bash", "bats", "busybox", "centos", "curl", "debian", "fedora", "git", "jq", "netcat",
    "netshoot", "os-shell", "bitnami-shell", "minideb", "rockylinux", "ubi8", "ubi9", "ubi-minimal", "ubuntu", "wait-for",
    "k8s-wait-for", "wget", "yq", "docker", "dind",
    // language images without Python
    "node", "golang", "openjdk", "eclipse-temurin", "ruby", "php", "dotnet", "wordpress", "ghost", "mailhog", "mailpit",
    "postfix", "smtp", "chrome", "selenium", "gotenberg", "tika",
];
