//! The attribute keys of source ops, each once.
//!
//! Shape: an attribute is a string under one of these keys; where the text says *list*, the value is a JSON array of
//! strings. A key that a daemon does not know is ignored, so the capability beside it (see [`crate::cap`]) must be asked for.
//! Source: BuildKit `solver/pb/attr.go`.

/// Name of the session that a local source is read from.
pub const LOCAL_SESSION: &str = "local.session";
/// An id that keeps two local sources apart that would otherwise be one vertex.
pub const LOCAL_UNIQUE: &str = "local.unique";
/// List of patterns; only what matches is sent. The key is singular on the wire.
pub const LOCAL_INCLUDE_PATTERNS: &str = "local.includepattern";
/// List of patterns in `.dockerignore` syntax; what matches is not sent.
pub const LOCAL_EXCLUDE_PATTERNS: &str = "local.excludepatterns";
/// List of paths or globs; only these are sent, and the symlinks on the way.
pub const LOCAL_FOLLOW_PATHS: &str = "local.followpaths";
/// Says which earlier transfer a local source continues.
pub const LOCAL_SHARED_KEY_HINT: &str = "local.sharedkeyhint";
/// How the daemon finds out which files changed: [`LOCAL_DIFFER_METADATA`] or [`LOCAL_DIFFER_NONE`].
pub const LOCAL_DIFFER: &str = "local.differ";
/// Compare mode, size and time; the default.
pub const LOCAL_DIFFER_METADATA: &str = "metadata";
/// Compare nothing: every matching file is sent again.
pub const LOCAL_DIFFER_NONE: &str = "none";
/// `true`: names, modes and sizes are sent, contents are not.
pub const LOCAL_METADATA_TRANSFER: &str = "local.metadatatransfer";
/// List of patterns whose files are sent with their contents all the same.
pub const LOCAL_METADATA_TRANSFER_EXCLUDE: &str = "local.metadatatransferexclude";

/// `true`: the checkout keeps its `.git` directory.
pub const GIT_KEEP_DIR: &str = "git.keepgitdir";
/// The remote as the user wrote it, with its scheme.
pub const GIT_FULL_URL: &str = "git.fullurl";
/// Id of the secret that holds an HTTP authorization header.
pub const GIT_AUTH_HEADER_SECRET: &str = "git.authheadersecret";
/// Id of the secret that holds an HTTP token.
pub const GIT_AUTH_TOKEN_SECRET: &str = "git.authtokensecret";
/// Lines of a known-hosts file.
pub const GIT_KNOWN_SSH_HOSTS: &str = "git.knownsshhosts";
/// Id of the forwarded SSH agent.
pub const GIT_MOUNT_SSH_SOCK: &str = "git.mountsshsock";
/// The commit that the reference must resolve to.
pub const GIT_CHECKSUM: &str = "git.checksum";
/// `true`: submodules are not fetched.
pub const GIT_SKIP_SUBMODULES: &str = "git.skipsubmodules";
/// Modification time of the files: [`GIT_MTIME_CHECKOUT`] or [`GIT_MTIME_COMMIT`].
pub const GIT_MTIME: &str = "git.mtime";
/// Files carry the time of the checkout; the default.
pub const GIT_MTIME_CHECKOUT: &str = "checkout";
/// Files carry the time of the commit.
pub const GIT_MTIME_COMMIT: &str = "commit";

/// Digest of the downloaded file.
pub const HTTP_CHECKSUM: &str = "http.checksum";
/// Name of the downloaded file.
pub const HTTP_FILENAME: &str = "http.filename";
/// Permission bits of the file, octal with a leading zero.
pub const HTTP_PERM: &str = "http.perm";
/// Numeric owner of the file.
pub const HTTP_UID: &str = "http.uid";
/// Numeric group of the file.
pub const HTTP_GID: &str = "http.gid";
/// Id of the secret that holds the authorization header.
pub const HTTP_AUTH_HEADER_SECRET: &str = "http.authheadersecret";
/// Prefix of a request header; the header's name in lower case follows.
pub const HTTP_HEADER_PREFIX: &str = "http.header.";

/// Where an image is looked for: one of the three values below.
pub const IMAGE_RESOLVE_MODE: &str = "image.resolvemode";
/// As the daemon sees fit.
pub const IMAGE_RESOLVE_MODE_DEFAULT: &str = "default";
/// Ask the registry even if the image is at hand.
pub const IMAGE_RESOLVE_MODE_PULL: &str = "pull";
/// Take the image at hand if there is one.
pub const IMAGE_RESOLVE_MODE_LOCAL: &str = "local";
/// `internal` marks an image that the user did not ask for.
pub const IMAGE_RECORD_TYPE: &str = "image.recordtype";
/// Value of [`IMAGE_RECORD_TYPE`] for an image that the build brings by itself.
pub const IMAGE_RECORD_TYPE_INTERNAL: &str = "internal";
/// How many of the image's layers are taken.
pub const IMAGE_LAYER_LIMIT: &str = "image.layerlimit";
/// The digest that the reference must resolve to.
pub const IMAGE_CHECKSUM: &str = "image.checksum";

/// Name of the session that holds the OCI layout.
pub const OCI_SESSION: &str = "oci.session";
/// Name of the store within the session.
pub const OCI_STORE: &str = "oci.store";
/// How many of the image's layers are taken.
pub const OCI_LAYER_LIMIT: &str = "oci.layerlimit";
