//! The list, in memory.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::RwLock;
use uuid::Uuid;

/// Something to do.
#[derive(Clone, Debug, Serialize)]
pub struct Todo {
    pub id: Uuid,
    pub title: String,
    pub created: Timestamp,
}

/// All that there is to do. Clones share one list.
#[derive(Clone, Default)]
pub struct Store {
    todos: Arc<RwLock<Vec<Todo>>>,
}

impl Store {
    /// The entries, oldest first.
    pub async fn list(&self) -> Vec<Todo> {
        self.todos.read().await.clone()
    }

    /// Adds an entry.
    pub async fn add(&self, title: String) -> Todo {
        let todo = Todo {
            id: Uuid::now_v7(),
            title,
            created: Timestamp::now(),
        };
        self.todos.write().await.push(todo.clone());
        todo
    }
}
