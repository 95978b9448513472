//! The storage that sccache knows: its settings by our keys and by sccache's variables.
//!
//! Names and meanings are those of sccache's documentation. A variable that is not in this table never reaches the
//! server, wherever it comes from.

/// One kind of storage.
#[derive(Debug)]
pub(super) struct Backend {
    /// Its name in the configuration.
    pub(super) name: &'static str,
    /// The keys of which it needs one to work; a secret may bring it instead.
    pub(super) needs: &'static [&'static str],
    /// What a table of it looks like in a line of configuration.
    pub(super) example: &'static str,
    /// The keys, each with sccache's variable.
    pub(super) settings: Settings,
    /// The variable that makes it read-only.
    pub(super) mode: &'static str,
    /// What is set in any case.
    pub(super) always: Settings,
    /// The variables that are secret.
    pub(super) credentials: &'static [&'static str],
    /// The variable that names a file of credentials.
    pub(super) file_variable: Option<&'static str>,
}

/// Pairs of a key, or a variable, and what belongs to it.
pub(super) type Settings = &'static [(&'static str, &'static str)];

impl Backend {
    /// The variable of a key.
    pub(super) fn variable(&self, key: &str) -> Option<&'static str> {
        self.settings.iter().find(|(known, _)| *known == key).map(|(_, variable)| *variable)
    }

    /// The variables that its secret may set: credentials, and any setting that its owner would rather keep to himself.
    pub(super) fn secret_variables(&self) -> Vec<String> {
        let settings = self.settings.iter().map(|(_, variable)| *variable);
        let mut all: Vec<String> =
            self.credentials.iter().copied().chain(settings).map(str::to_owned).collect();
        all.sort();
        all.dedup();
        all
    }
}

/// A directory on the builder.
pub(super) const LOCAL: Backend = Backend {
    name: "local",
    needs: &[],
    example: "",
    settings: &[("size", "SCCACHE_CACHE_SIZE")],
    mode: "SCCACHE_LOCAL_RW_MODE",
    always: &[],
    credentials: &[],
    file_variable: None,
};

/// All of them, in the order in which errors list them.
pub(super) const BACKENDS: [Backend; 10] = [
    LOCAL,
    Backend {
        name: "s3",
        needs: &["bucket"],
        example: "bucket = \"my-bucket\", region = \"eu-central-1\", secret = \"sccache\"",
        settings: &[
            ("bucket", "SCCACHE_BUCKET"),
            ("region", "SCCACHE_REGION"),
            ("endpoint", "SCCACHE_ENDPOINT"),
            ("prefix", "SCCACHE_S3_KEY_PREFIX"),
            ("use-ssl", "SCCACHE_S3_USE_SSL"),
            ("no-credentials", "SCCACHE_S3_NO_CREDENTIALS"),
            ("virtual-host-style", "SCCACHE_S3_ENABLE_VIRTUAL_HOST_STYLE"),
            ("server-side-encryption", "SCCACHE_S3_SERVER_SIDE_ENCRYPTION"),
            ("server-side-encryption-aws-kms", "SCCACHE_S3_SERVER_SIDE_ENCRYPTION_AWS_KMS"),
            ("server-side-encryption-kms-key-id", "SCCACHE_S3_SERVER_SIDE_ENCRYPTION_KMS_KEY_ID"),
        ],
        mode: "SCCACHE_S3_RW_MODE",
        always: &[],
        credentials: &["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
        file_variable: None,
    },
    Backend {
        name: "redis",
        needs: &["endpoint", "cluster-endpoints"],
        example: "endpoint = \"redis://cache.example:6379\", secret = \"sccache\"",
        settings: &[
            ("endpoint", "SCCACHE_REDIS_ENDPOINT"),
            ("cluster-endpoints", "SCCACHE_REDIS_CLUSTER_ENDPOINTS"),
            ("username", "SCCACHE_REDIS_USERNAME"),
            ("db", "SCCACHE_REDIS_DB"),
            ("expiration", "SCCACHE_REDIS_EXPIRATION"),
            ("prefix", "SCCACHE_REDIS_KEY_PREFIX"),
        ],
        mode: "SCCACHE_REDIS_RW_MODE",
        always: &[],
        credentials: &["SCCACHE_REDIS_PASSWORD", "SCCACHE_REDIS"],
        file_variable: None,
    },
    Backend {
        name: "webdav",
        needs: &["endpoint"],
        example: "endpoint = \"https://cache.example/dav\", secret = \"sccache\"",
        settings: &[
            ("endpoint", "SCCACHE_WEBDAV_ENDPOINT"),
            ("prefix", "SCCACHE_WEBDAV_KEY_PREFIX"),
            ("username", "SCCACHE_WEBDAV_USERNAME"),
        ],
        mode: "SCCACHE_WEBDAV_RW_MODE",
        always: &[],
        credentials: &["SCCACHE_WEBDAV_PASSWORD", "SCCACHE_WEBDAV_TOKEN"],
        file_variable: None,
    },
    Backend {
        name: "gha",
        needs: &[],
        example: "secret = \"sccache\"",
        settings: &[
            ("version", "SCCACHE_GHA_VERSION"),
            ("cache-to", "SCCACHE_GHA_CACHE_TO"),
            ("cache-from", "SCCACHE_GHA_CACHE_FROM"),
        ],
        mode: "SCCACHE_GHA_RW_MODE",
        always: &[("SCCACHE_GHA_ENABLED", "on")],
        credentials: &[
            "ACTIONS_RUNTIME_TOKEN",
            "ACTIONS_RESULTS_URL",
            "ACTIONS_CACHE_URL",
            "ACTIONS_CACHE_SERVICE_V2",
            "SCCACHE_GHA_RUNTIME_TOKEN",
            "SCCACHE_GHA_CACHE_URL",
        ],
        file_variable: None,
    },
    Backend {
        name: "gcs",
        needs: &["bucket"],
        example: "bucket = \"my-bucket\", secret = \"sccache\"",
        settings: &[
            ("bucket", "SCCACHE_GCS_BUCKET"),
            ("prefix", "SCCACHE_GCS_KEY_PREFIX"),
            ("service-account", "SCCACHE_GCS_SERVICE_ACCOUNT"),
        ],
        mode: "SCCACHE_GCS_RW_MODE",
        // Without it, sccache only reads there.
        always: &[("SCCACHE_GCS_RW_MODE", "READ_WRITE")],
        credentials: &["SCCACHE_GCS_CREDENTIALS_URL"],
        file_variable: Some("SCCACHE_GCS_KEY_PATH"),
    },
    Backend {
        name: "azure",
        needs: &["container"],
        example: "container = \"my-container\", secret = \"sccache\"",
        settings: &[
            ("container", "SCCACHE_AZURE_BLOB_CONTAINER"),
            ("storage-account", "SCCACHE_AZURE_STORAGE_ACCOUNT"),
            ("endpoint", "SCCACHE_AZURE_ENDPOINT"),
            ("prefix", "SCCACHE_AZURE_KEY_PREFIX"),
        ],
        mode: "SCCACHE_AZURE_RW_MODE",
        always: &[],
        credentials: &[
            "SCCACHE_AZURE_CONNECTION_STRING",
            "AZURE_TENANT_ID",
            "AZURE_CLIENT_ID",
            "AZURE_CLIENT_SECRET",
        ],
        file_variable: None,
    },
    Backend {
        name: "memcached",
        needs: &["endpoint"],
        example: "endpoint = \"tcp://cache.example:11211\"",
        settings: &[
            ("endpoint", "SCCACHE_MEMCACHED_ENDPOINT"),
            ("username", "SCCACHE_MEMCACHED_USERNAME"),
            ("expiration", "SCCACHE_MEMCACHED_EXPIRATION"),
            ("prefix", "SCCACHE_MEMCACHED_KEY_PREFIX"),
        ],
        mode: "SCCACHE_MEMCACHED_RW_MODE",
        always: &[],
        credentials: &["SCCACHE_MEMCACHED_PASSWORD"],
        file_variable: None,
    },
    Backend {
        name: "oss",
        needs: &["bucket"],
        example: "bucket = \"my-bucket\", endpoint = \"oss-eu-central-1.aliyuncs.com\", secret = \"sccache\"",
        settings: &[
            ("bucket", "SCCACHE_OSS_BUCKET"),
            ("endpoint", "SCCACHE_OSS_ENDPOINT"),
            ("prefix", "SCCACHE_OSS_KEY_PREFIX"),
            ("no-credentials", "SCCACHE_OSS_NO_CREDENTIALS"),
        ],
        mode: "SCCACHE_OSS_RW_MODE",
        always: &[],
        credentials: &["ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
        file_variable: None,
    },
    Backend {
        name: "cos",
        needs: &["bucket"],
        example: "bucket = \"my-bucket\", endpoint = \"cos.eu-frankfurt.myqcloud.com\", secret = \"sccache\"",
        settings: &[
            ("bucket", "SCCACHE_COS_BUCKET"),
            ("endpoint", "SCCACHE_COS_ENDPOINT"),
            ("prefix", "SCCACHE_COS_KEY_PREFIX"),
        ],
        mode: "SCCACHE_COS_RW_MODE",
        always: &[],
        credentials: &["TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"],
        file_variable: None,
    },
];
