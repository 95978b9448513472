//! The calls of `moby.buildkit.v1.frontend.LLBBridge`, one method each.

use std::collections::BTreeMap;

use tonic::transport::Channel;
use tonic::{Code, Status};

use super::{Capabilities, ConnectError, ImageQuery, ImageStore, ResolvedImage, connect};
use crate::gateway::llb_bridge_client::LlbBridgeClient;
use crate::gateway::{
    CacheOptionsEntry, EvaluateRequest, FileRange, InputsRequest, PingRequest, ReadDirRequest,
    ReadFileRequest, ResolveImageConfigRequest, ResolveSourceImageRequest, ResolveSourceMetaRequest,
    Result as GatewayResult, ReturnRequest, SolveRequest, StatFileRequest, WarnRequest, result,
};
use crate::{fsutil, pb, rpc};

/// The largest message either side may send, in bytes. Engines since BuildKit 0.14 take and send this much, older
/// ones a quarter of it.
pub const MESSAGE_LIMIT: usize = 16 << 20;

/// How much of a file one `ReadFile` asks for, in bytes: below the limit of every engine, with room for the envelope.
const CHUNK: i64 = 3 << 20;

/// The gateway as a frontend sees it. Clones share one connection and may be used at once.
///
/// Errors: every method fails with the engine's own [`Status`], its typed details untouched.
#[derive(Clone, Debug)]
pub struct Bridge(LlbBridgeClient<Channel>);

/// What a solve may be told besides its definition.
#[derive(Clone, Debug, Default)]
pub struct SolveOptions {
    /// Caches to import. The engine does not apply the client's `--cache-from` by itself.
    pub cache_imports: Vec<CacheOptionsEntry>,
    /// Run the graph now and not when its result is first read.
    pub evaluate: bool,
}

impl Bridge {
    /// Opens the gateway on standard input and output; see [`connect`].
    pub async fn open() -> Result<Self, ConnectError> {
        Ok(Self::on(connect().await?))
    }

    /// The gateway on a channel that is open already.
    #[must_use]
    pub fn on(channel: Channel) -> Self {
        Self(
            LlbBridgeClient::new(channel)
                .max_decoding_message_size(MESSAGE_LIMIT)
                .max_encoding_message_size(MESSAGE_LIMIT),
        )
    }

    /// What the engine can do.
    pub async fn ping(&self) -> Result<Capabilities, Status> {
        Ok(self.0.clone().ping(PingRequest {}).await?.into_inner().into())
    }

    /// The definitions that the client gave in place of contexts, by name.
    pub async fn inputs(&self) -> Result<BTreeMap<String, pb::Definition>, Status> {
        let response = self.0.clone().inputs(InputsRequest {}).await?.into_inner();
        Ok(response.definitions.into_iter().collect())
    }

    /// Loads a definition and returns the id of its result, or `None` if it is scratch. Nothing runs before the
    /// result is read, evaluated or exported.
    pub async fn solve(
        &self,
        definition: pb::Definition,
        options: SolveOptions,
    ) -> Result<Option<String>, Status> {
        let request = SolveRequest {
            definition: Some(definition),
            allow_result_return: true,
            allow_result_array_ref: true,
            cache_imports: options.cache_imports,
            evaluate: options.evaluate,
            ..SolveRequest::default()
        };
        let response = self.0.clone().solve(request).await?.into_inner();
        let id = match response.result.and_then(|result| result.result) {
            Some(result::Result::Ref(reference)) => reference.id,
            Some(result::Result::RefDeprecated(id)) => id,
            Some(result::Result::Refs(_) | result::Result::RefsDeprecated(_)) => {
                return Err(Status::new(
                    Code::Unimplemented,
                    "the engine answered a plain solve with a map of results",
                ));
            }
            None => response.r#ref,
        };
        Ok((!id.is_empty()).then_some(id))
    }

    /// Runs what a result stands for.
    pub async fn evaluate(&self, reference: &str) -> Result<(), Status> {
        self.0.clone().evaluate(EvaluateRequest { r#ref: reference.to_owned() }).await?;
        Ok(())
    }

    /// The whole of a regular file of a result, read in pieces that every engine can send.
    pub async fn read_file(&self, reference: &str, path: &str) -> Result<Vec<u8>, Status> {
        let mut contents = Vec::new();
        loop {
            let offset = i64::try_from(contents.len()).unwrap_or(i64::MAX);
            let request = ReadFileRequest {
                r#ref: reference.to_owned(),
                file_path: path.to_owned(),
                range: Some(FileRange { offset, length: CHUNK }),
                mount_index: 0,
            };
            let data = self.0.clone().read_file(request).await?.into_inner().data;
            let complete = i64::try_from(data.len()).unwrap_or(i64::MAX) < CHUNK;
            contents.extend(data);
            if complete {
                return Ok(contents);
            }
        }
    }

    /// The entries of one directory of a result.
    pub async fn read_dir(&self, reference: &str, path: &str) -> Result<Vec<fsutil::Stat>, Status> {
        let request = ReadDirRequest {
            r#ref: reference.to_owned(),
            dir_path: path.to_owned(),
            ..ReadDirRequest::default()
        };
        Ok(self.0.clone().read_dir(request).await?.into_inner().entries)
    }

    /// What one path of a result is.
    pub async fn stat_file(&self, reference: &str, path: &str) -> Result<Option<fsutil::Stat>, Status> {
        let request = StatFileRequest {
            r#ref: reference.to_owned(),
            path: path.to_owned(),
            ..StatFileRequest::default()
        };
        Ok(self.0.clone().stat_file(request).await?.into_inner().stat)
    }

    /// Looks an image up: by `ResolveSourceMeta` where `source_meta` says that the engine has it, else by
    /// `ResolveImageConfig`, which every engine has.
    pub async fn resolve_image(
        &self,
        query: &ImageQuery,
        source_meta: bool,
    ) -> Result<ResolvedImage, Status> {
        // An OCI layout needs a session and a store, for which only the older call has fields of its own.
        if source_meta && query.store == ImageStore::Registry {
            self.resolve_source_meta(query).await
        } else {
            self.resolve_image_config(query).await
        }
    }

    async fn resolve_source_meta(&self, query: &ImageQuery) -> Result<ResolvedImage, Status> {
        const SCHEME: &str = "docker-image://";
        let request = ResolveSourceMetaRequest {
            source: Some(pb::SourceOp {
                identifier: format!("{SCHEME}{}", query.reference),
                attrs: BTreeMap::new(),
            }),
            platform: Some(query.platform.clone()),
            log_name: query.log_name.clone(),
            resolve_mode: query.resolve_mode.clone(),
            image: Some(ResolveSourceImageRequest::default()),
            ..ResolveSourceMetaRequest::default()
        };
        let response = self.0.clone().resolve_source_meta(request).await?.into_inner();
        let image = response.image.ok_or_else(|| {
            Status::not_found(format!("the engine found no image at `{}`", query.reference))
        })?;
        let rewritten =
            response.source.and_then(|source| source.identifier.strip_prefix(SCHEME).map(str::to_owned));
        Ok(ResolvedImage {
            reference: rewritten.unwrap_or_else(|| query.reference.clone()),
            digest: (!image.digest.is_empty()).then_some(image.digest),
            config: image.config,
        })
    }

    async fn resolve_image_config(&self, query: &ImageQuery) -> Result<ResolvedImage, Status> {
        let (resolver_type, session_id, store_id) = match &query.store {
            ImageStore::Registry => (0, String::new(), String::new()),
            ImageStore::OciLayout { session, store } => (1, session.clone(), store.clone()),
        };
        let request = ResolveImageConfigRequest {
            r#ref: query.reference.clone(),
            platform: Some(query.platform.clone()),
            resolve_mode: query.resolve_mode.clone(),
            log_name: query.log_name.clone(),
            resolver_type,
            session_id,
            store_id,
            source_policies: Vec::new(),
        };
        let response = self.0.clone().resolve_image_config(request).await?.into_inner();
        Ok(ResolvedImage {
            reference: if response.r#ref.is_empty() { query.reference.clone() } else { response.r#ref },
            digest: (!response.digest.is_empty()).then_some(response.digest),
            config: response.config,
        })
    }

    /// Shows a warning at a vertex of the build.
    pub async fn warn(&self, warning: WarnRequest) -> Result<(), Status> {
        self.0.clone().warn(warning).await?;
        Ok(())
    }

    /// Ends the build with a result. Exactly one `return_` call may be made.
    pub async fn return_result(&self, result: GatewayResult) -> Result<(), Status> {
        self.0.clone().r#return(ReturnRequest { result: Some(result), error: None }).await?;
        Ok(())
    }

    /// Ends the build with an error. A code of zero would count as no error, so it is sent as `Unknown`.
    pub async fn return_error(&self, mut error: rpc::Status) -> Result<(), Status> {
        if error.code == Code::Ok as i32 {
            error.code = Code::Unknown as i32;
        }
        self.0.clone().r#return(ReturnRequest { result: None, error: Some(error) }).await?;
        Ok(())
    }
}
