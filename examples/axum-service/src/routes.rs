//! What the service answers.

use std::time::Duration;

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Deserialize;
use tower_http::{
    compression::CompressionLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    timeout::TimeoutLayer,
    trace::TraceLayer,
};

use crate::{
    store::{Store, Todo},
    webhook::Webhook,
};

/// What every handler may use.
#[derive(Clone)]
struct App {
    store: Store,
    webhook: Option<Webhook>,
}

/// All routes, with what surrounds each of them: the outermost layer is the last.
pub fn router(store: Store, webhook: Option<Webhook>) -> Router {
    Router::new()
        .route("/", get(greeting))
        .route("/healthz", get(health))
        .route("/todos", get(list).post(add))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            Duration::from_secs(10),
        ))
        .layer(CompressionLayer::new())
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(TraceLayer::new_for_http())
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .with_state(App { store, webhook })
}

async fn greeting() -> &'static str {
    concat!("Hello from axum-service ", env!("CARGO_PKG_VERSION"), "\n")
}

async fn health() -> &'static str {
    "ok\n"
}

async fn list(State(app): State<App>) -> Json<Vec<Todo>> {
    Json(app.store.list().await)
}

#[derive(Deserialize)]
struct NewTodo {
    title: String,
}

async fn add(State(app): State<App>, Json(new): Json<NewTodo>) -> Result<Response, Refusal> {
    if new.title.trim().is_empty() {
        return Err(Refusal::NoTitle);
    }
    let todo = app.store.add(new.title).await;
    if let Some(webhook) = &app.webhook {
        webhook.announce(&todo);
    }
    Ok((StatusCode::CREATED, Json(todo)).into_response())
}

/// Why a request is not carried out.
enum Refusal {
    NoTitle,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::NoTitle => (StatusCode::UNPROCESSABLE_ENTITY, "`title` is empty\n"),
        }
        .into_response()
    }
}

#[cfg(test)]
mod tests {
    use axum::{
        body::Body,
        http::{Request, header::CONTENT_TYPE},
    };
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    /// Sends one request and returns the status and the body.
    async fn ask(app: &Router, request: Request<Body>) -> (StatusCode, String) {
        let response = app.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.into()).unwrap())
    }

    fn fetch(path: &str) -> Request<Body> {
        Request::get(path).body(Body::empty()).unwrap()
    }

    fn post(json: &'static str) -> Request<Body> {
        Request::post("/todos")
            .header(CONTENT_TYPE, "application/json")
            .body(json.into())
            .unwrap()
    }

    #[tokio::test]
    async fn what_is_added_is_listed() {
        let app = router(Store::default(), None);

        let (status, added) = ask(&app, post(r#"{"title":"write a Dockerfile"}"#)).await;
        assert_eq!(status, StatusCode::CREATED);

        let (status, list) = ask(&app, fetch("/todos")).await;
        assert_eq!((status, list), (StatusCode::OK, format!("[{added}]")));
    }

    #[tokio::test]
    async fn an_entry_needs_a_title() {
        let app = router(Store::default(), None);

        let (status, body) = ask(&app, post(r#"{"title":" "}"#)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(body, "`title` is empty\n");

        let (_, list) = ask(&app, fetch("/todos")).await;
        assert_eq!(list, "[]");
    }
}
