//! The capability ids that our graphs and our frontend ask for, each once.
//!
//! A daemon lists what it can do in its answer to `Ping`; a definition lists what each vertex needs, and the daemon
//! refuses one that it does not know, instead of ignoring a field and building something else.
//! Two ids exist that no daemon ever advertises, so that naming them fails every build. They are left out on purpose:
//! `file.copy.modestring` and `exec.meta.removemountstubs.recursive`.
//! Source: BuildKit `solver/pb/caps.go` and `frontend/gateway/pb/caps.go`.

// Sources.

/// Image sources. Since 0.3 and before.
pub const SOURCE_IMAGE: &str = "source.image";

/// An image source that must ask the registry. Since 0.3 and before.
pub const SOURCE_IMAGE_RESOLVE_MODE: &str = "source.image.resolvemode";

/// An image source of the first layers only. Since 0.11.
pub const SOURCE_IMAGE_LAYER_LIMIT: &str = "source.image.layerlimit";

/// An image source that names the digest it must have. Since 0.25.
pub const SOURCE_IMAGE_CHECKSUM: &str = "source.image.checksum";

/// Local sources. Since 0.3 and before.
pub const SOURCE_LOCAL: &str = "source.local";

/// A local source with an id of its own. Since 0.3 and before.
pub const SOURCE_LOCAL_UNIQUE: &str = "source.local.unique";

/// A local source of a named session. Since 0.3 and before.
pub const SOURCE_LOCAL_SESSION_ID: &str = "source.local.sessionid";

/// A local source of matching files only. Since 0.3 and before.
pub const SOURCE_LOCAL_INCLUDE_PATTERNS: &str = "source.local.includepatterns";

/// A local source of some paths only. Since 0.3 and before.
pub const SOURCE_LOCAL_FOLLOW_PATHS: &str = "source.local.followpaths";

/// A local source without matching files. Since 0.3 and before.
pub const SOURCE_LOCAL_EXCLUDE_PATTERNS: &str = "source.local.excludepatterns";

/// A local source that says which transfer it continues. Since 0.3 and before.
pub const SOURCE_LOCAL_SHARED_KEY_HINT: &str = "source.local.sharedkeyhint";

/// A local source that says how changes are found. Since 0.9.
pub const SOURCE_LOCAL_DIFFER: &str = "source.local.differ";

/// A local source of names and modes without contents. Since 0.21.
pub const SOURCE_LOCAL_METADATA_TRANSFER: &str = "source.local.metadatatransfer";

/// Git sources. Since 0.3 and before.
pub const SOURCE_GIT: &str = "source.git";

/// A git source with its `.git` directory. Since 0.3 and before.
pub const SOURCE_GIT_KEEP_DIR: &str = "source.git.keepgitdir";

/// A git source with the remote as the user wrote it. Since 0.3 and before.
pub const SOURCE_GIT_FULL_URL: &str = "source.git.fullurl";

/// A git source with secret ids other than the default ones. Since 0.8.
pub const SOURCE_GIT_HTTP_AUTH: &str = "source.git.httpauth";

/// A git source with known SSH hosts. Since 0.8.
pub const SOURCE_GIT_KNOWN_SSH_HOSTS: &str = "source.git.knownsshhosts";

/// A git source through a forwarded SSH agent. Since 0.8.
pub const SOURCE_GIT_MOUNT_SSH_SOCK: &str = "source.git.mountsshsock";

/// A git source of one directory of the repository. Since 0.9.
pub const SOURCE_GIT_SUBDIR: &str = "source.git.subdir";

/// A git source that names the commit it must have. Since 0.22.
pub const SOURCE_GIT_CHECKSUM: &str = "source.git.checksum";

/// A git source without its submodules. Since 0.24.
pub const SOURCE_GIT_SKIP_SUBMODULES: &str = "source.git.skipsubmodules";

/// A git source whose files carry the time of the commit. Since 0.29.
pub const SOURCE_GIT_MTIME: &str = "source.git.mtime";

/// HTTP sources. Since 0.3 and before.
pub const SOURCE_HTTP: &str = "source.http";

/// An HTTP source that names the digest it must have. Since 0.3 and before.
pub const SOURCE_HTTP_CHECKSUM: &str = "source.http.checksum";

/// An HTTP source with permission bits. Since 0.3 and before.
pub const SOURCE_HTTP_PERM: &str = "source.http.perm";

/// An HTTP source with an owner. The misspelling is the id's own. Since 0.3 and before.
pub const SOURCE_HTTP_UID_GID: &str = "soruce.http.uidgid";

/// An HTTP source with an authorization header from a secret. Since 0.21.
pub const SOURCE_HTTP_AUTH: &str = "source.http.auth";

/// An HTTP source with request headers. Since 0.21.
pub const SOURCE_HTTP_HEADER: &str = "source.http.header";

/// OCI layout sources. Since 0.11.
pub const SOURCE_OCI_LAYOUT: &str = "source.ocilayout";

// Execs.

/// Exec ops. Since 0.3 and before.
pub const EXEC_META_BASE: &str = "exec.meta.base";

/// An exec with a network mode. Since 0.3 and before.
pub const EXEC_META_NETWORK: &str = "exec.meta.network";

/// An exec with proxy variables that are not part of its identity in the cache. Since 0.3 and before.
pub const EXEC_META_PROXY_ENV: &str = "exec.meta.proxyenv";

/// An exec without the sandbox. Since 0.5.
pub const EXEC_META_SECURITY: &str = "exec.meta.security";

/// An exec under a cgroup of its own. Since 0.10.
pub const EXEC_META_CGROUP_PARENT: &str = "exec.meta.cgroup.parent";

/// An exec with resource limits. Since 0.10.
pub const EXEC_META_ULIMIT: &str = "exec.meta.ulimit";

/// A bind mount. Since 0.3 and before.
pub const EXEC_MOUNT_BIND: &str = "exec.mount.bind";

/// A bind mount whose writes are thrown away. Since 0.6.
pub const EXEC_MOUNT_BIND_READWRITE_NO_OUTPUT: &str = "exec.mount.bind.readwrite-nooutput";

/// A cache mount. Since 0.3 and before.
pub const EXEC_MOUNT_CACHE: &str = "exec.mount.cache";

/// A cache mount that says how it is shared. Since 0.3 and before.
pub const EXEC_MOUNT_CACHE_SHARING: &str = "exec.mount.cache.sharing";

/// A mount of a path within its input. Since 0.3 and before.
pub const EXEC_MOUNT_SELECTOR: &str = "exec.mount.selector";

/// A tmpfs mount. Since 0.3 and before.
pub const EXEC_MOUNT_TMPFS: &str = "exec.mount.tmpfs";

/// A tmpfs mount with a size. Since 0.10.
pub const EXEC_MOUNT_TMPFS_SIZE: &str = "exec.mount.tmpfs.size";

/// A secret as a file. Since 0.3 and before.
pub const EXEC_MOUNT_SECRET: &str = "exec.mount.secret";

/// A forwarded SSH agent. Since 0.3 and before.
pub const EXEC_MOUNT_SSH: &str = "exec.mount.ssh";

/// A mount that says whether its content is hashed for the cache. Since 0.13.
pub const EXEC_MOUNT_CONTENT_CACHE: &str = "exec.mount.cache.content";

/// A secret as an environment variable. Since 0.10.
pub const EXEC_SECRET_ENV: &str = "exec.secretenv";

/// An exec that may end with other codes than 0. Since 0.17.
pub const EXEC_VALID_EXIT_CODE: &str = "exec.validexitcode";

// Files, merge and diff.

/// File ops. Since 0.5.
pub const FILE_BASE: &str = "file.base";

/// A removal of all that match. Since 0.7.
pub const FILE_RM_WILDCARD: &str = "file.rm.wildcard";

/// A copy of matching files only. Since 0.9.
pub const FILE_COPY_INCLUDE_EXCLUDE_PATTERNS: &str = "file.copy.includeexcludepatterns";

/// A copy that replaces a file by a directory and the other way round. Since 0.14.
pub const FILE_COPY_ALWAYS_REPLACE_EXISTING_DEST_PATHS: &str = "file.copy.alwaysreplaceexistingdestpaths";

/// A copy that fails where a path is missing. Since 0.26.
pub const FILE_COPY_REQUIRED_PATHS: &str = "file.copy.requiredpaths";

/// A symbolic link. Since 0.19.
pub const FILE_SYMLINK_CREATE: &str = "file.symlink.create";

/// Merge ops. Since 0.10; an engine may disable it.
pub const MERGE_OP: &str = "mergeop";

/// Diff ops. Since 0.10; an engine may disable it.
pub const DIFF_OP: &str = "diffop";

// Definition.

/// Constraints on the worker; every definition has it. Since 0.3 and before.
pub const CONSTRAINTS: &str = "constraints";

/// A platform per op; every definition has it. Since 0.3 and before.
pub const PLATFORM: &str = "platform";

/// A vertex that runs although it is in the cache. Since 0.3 and before.
pub const META_IGNORE_CACHE: &str = "meta.ignorecache";

/// A vertex with a name. Since 0.3 and before.
pub const META_DESCRIPTION: &str = "meta.description";

/// A vertex that says whether it goes into an exported cache. Since 0.3 and before.
pub const META_EXPORT_CACHE: &str = "meta.exportcache";

// Exporters and sources at large.

/// The exporter rewrites times to `SOURCE_DATE_EPOCH`. Since 0.11.
pub const SOURCE_DATE_EPOCH: &str = "exporter.sourcedateepoch";

/// The exporter writes annotations. Since 0.11.
pub const EXPORTER_IMAGE_ANNOTATIONS: &str = "exporter.image.annotations";

/// The exporter writes attestations. Since 0.11.
pub const EXPORTER_IMAGE_ATTESTATIONS: &str = "exporter.image.attestations";

/// The daemon applies a source policy. Since 0.11.
pub const SOURCE_POLICY: &str = "source.policy";

/// What the gateway can do for a frontend, beside the graph.
pub mod gateway {
    /// Solve. Since 0.3 and before.
    pub const SOLVE_BASE: &str = "solve.base";

    /// Solve that is the frontend's last word. Since 0.3 and before.
    pub const SOLVE_INLINE_RETURN: &str = "solve.inlinereturn";

    /// `ResolveImageConfig`. Since 0.3 and before.
    pub const RESOLVE_IMAGE: &str = "resolveimage";

    /// `ResolveImageConfig` with a resolve mode. Since 0.3 and before.
    pub const RESOLVE_IMAGE_RESOLVE_MODE: &str = "resolveimage.resolvemode";

    /// `ReadFile`. Since 0.3 and before.
    pub const READ_FILE: &str = "readfile";

    /// `ReadDir`. Since 0.3 and before.
    pub const READ_DIR: &str = "readdir";

    /// `StatFile`. Since 0.3 and before.
    pub const STAT_FILE: &str = "statfile";

    /// `Return`. Since 0.3 and before.
    pub const RETURN: &str = "return";

    /// `Return` with a result per platform. Since 0.3 and before.
    pub const RETURN_MAP: &str = "returnmap";

    /// Solve with cache imports of the frontend's choice. Since 0.4.
    pub const IMPORT_CACHES: &str = "importcaches";

    /// Results as lists of references; a matter of wire format only. Since 0.7.
    pub const PROTO_REF_ARRAY: &str = "proto.refarray";

    /// The LLB of a solved reference. Since 0.7.
    pub const REFERENCE_OUTPUT: &str = "reference.output";

    /// `Inputs`. Since 0.7.
    pub const FRONTEND_INPUTS: &str = "frontend.inputs";

    /// Solve returns metadata. Since 0.7.
    pub const SOLVE_METADATA: &str = "gateway.solve.metadata";

    /// Containers that the frontend starts by itself. Since 0.8.
    pub const EXEC: &str = "gateway.exec";

    /// Solve that runs the graph before it answers. Since 0.8.
    pub const SOLVE_EVALUATE: &str = "gateway.solve.evaluate";

    /// The daemon reads the frontend's own capabilities. Since 0.8.
    pub const FRONTEND_CAPS: &str = "frontend.caps";

    /// `Warn`. Since 0.10.
    pub const WARNINGS: &str = "gateway.warnings";

    /// `Evaluate`. Since 0.11.
    pub const EVALUATE: &str = "gateway.evaluate";

    /// Attestations in a result. Since 0.11.
    pub const REFERENCE_ATTESTATIONS: &str = "reference.attestations";

    /// `ResolveSourceMeta`. Since 0.13.
    pub const SOURCE_META_RESOLVER: &str = "source.metaresolver";

    /// `ResolveSourceMeta` of an image's attestations. Since 0.28.
    pub const SOURCE_META_RESOLVER_IMAGE_ATTESTATIONS: &str = "source.metaresolver.image.attestations";
}
