//! Everything with an id, and finding it by that.

use crate::{
    Error,
    graph::{
        connection::Connection,
        context::{World, session},
        loaders::{Loader, Loaders},
        nodes::nodes,
    },
};
use async_graphql::{Context, ID, Interface};
use domain::{Position, ids::from_text};
use read_model::{incident::EmergentTaskRow, plan::PlannedTaskRow};
use std::sync::Arc;
use uuid::Uuid;

/// A thing with an id: a row, and the world in which it was read.
pub(crate) trait Item: Sized {
    type Row: Send + Sync + 'static;
    /// The table of its rows.
    const TABLE: &'static str;
    /// Of its ids.
    const PREFIX: &'static str;

    fn new(world: &Arc<World>, row: Arc<Self::Row>) -> Self;
    fn loader(loaders: &Loaders) -> &Loader<Uuid, Arc<Self::Row>>;

    /// What its own id names; `None` when it is none of this kind.
    fn uuid_of(key: &str) -> Option<Uuid> {
        from_text(key).and_then(|(prefix, id)| (prefix == Self::PREFIX).then_some(id))
    }

    /// As refusals call it, such as `plan version`.
    fn what() -> String {
        Self::TABLE.replace('_', " ")
    }
}

/// The world at a moment as a thing with an id. What it answers is in `schema`, where all subjects meet.
#[derive(Clone)]
pub struct PastWorld(pub(crate) Arc<World>);

impl PastWorld {
    /// Its own id, which is none without a moment.
    pub(crate) const KEY: &'static str = "world";

    /// `None` for the present, which is `Query`.
    pub(crate) fn of(world: &Arc<World>) -> Option<Self> {
        world.is_past().then(|| Self(Arc::clone(world)))
    }

    /// What somebody was looking at: the end of the last command at or before the position. It is seen as the world is, in
    /// which that is asked.
    pub(crate) async fn seen_at(ctx: &Context<'_>, world: &World, position: i64) -> Result<Self, Error> {
        let session = session(ctx)?;
        match session.moment_at(Position(position)).await? {
            Some(moment) => Ok(Self(session.past_like(world, moment))),
            None => Err(Error::internal("find what somebody was looking at", &position)),
        }
    }

    pub(crate) async fn id(&self, _: &Context<'_>) -> Result<ID, Error> {
        Ok(self.0.id_of(Self::KEY))
    }

    pub(crate) async fn key(&self, _: &Context<'_>) -> Result<ID, Error> {
        Ok(Self::KEY.into())
    }
}

macro_rules! item {
    ($name:ident: $table:literal of $row:ty, $id:path[$column:ident], $query:ident) => {
        #[derive(Clone)]
        pub struct $name {
            pub(crate) row: Arc<$row>,
            pub(crate) world: Arc<World>,
        }

        impl $name {
            /// The opaque id that `node` resolves, at the moment that it was read at.
            pub(crate) fn node_id(&self) -> ID {
                self.world.id_of($id(self.row.$column))
            }

            /// The same at every moment.
            pub(crate) fn node_key(&self) -> ID {
                $id(self.row.$column).into()
            }
        }

        impl Item for $name {
            type Row = $row;
            const TABLE: &'static str = $table;
            const PREFIX: &'static str = <$id>::PREFIX;

            fn new(world: &Arc<World>, row: Arc<$row>) -> Self {
                Self { row, world: Arc::clone(world) }
            }

            fn loader(loaders: &Loaders) -> &Loader<Uuid, Arc<$row>> {
                &loaders.$query
            }
        }
    };
}

macro_rules! node {
    (
        with_history {
            $($name:ident: $table:literal of $row:ty, $id:path[$column:ident], $query:ident;)*
        }
        without_history {
            $(
                $other:ident: $its_table:literal of $its_row:ty,
                    $its_id:path[$its_column:ident], $its_query:ident;
            )*
        }
    ) => {
        $(item! { $name: $table of $row, $id[$column], $query })*
        $(item! { $other: $its_table of $its_row, $its_id[$its_column], $its_query })*

        /// A thing with an id. What was read at a moment of the past has an id of that moment.
        #[derive(Interface, Clone)]
        #[graphql(
            field(name = "id", ty = "ID", desc = "Opaque, global and typed; within a `World` of its moment."),
            field(name = "key", ty = "ID", desc = "The id of the present, by which it is known at every moment.")
        )]
        pub enum Node {
            World(PastWorld),
            $($name($name),)*
            $($other($other),)*
        }

        /// A thing whose history the log tells.
        #[derive(Interface)]
        #[graphql(
            field(name = "id", ty = "ID", desc = "Opaque, global and typed; within a `World` of its moment."),
            field(name = "key", ty = "ID", desc = "The id of the present, by which it is known at every moment."),
            field(
                name = "history",
                ty = "Connection<Event>",
                desc = "The events that changed or concern it, as far as you may see them, in the order of the log.",
                arg(name = "first", ty = "Option<i32>"),
                arg(name = "after", ty = "Option<String>"),
                arg(name = "last", ty = "Option<i32>"),
                arg(name = "before", ty = "Option<String>")
            )
        )]
        pub enum HasHistory {
            $($name($name),)*
        }

        impl World {
            /// What the key names; `None` when it names nothing that the viewer may see.
            pub(crate) async fn node(self: &Arc<Self>, key: &str) -> Result<Option<Node>, Error> {
                match from_text(key) {
                    $(Some((<$id>::PREFIX, id)) => Ok(self.find::<$name>(id).await?.map(Node::from)),)*
                    $(Some((<$its_id>::PREFIX, id)) => Ok(self.find::<$other>(id).await?.map(Node::from)),)*
                    _ => Ok(None),
                }
            }

            /// The same by the name of its table.
            pub(crate) async fn node_in(
                self: &Arc<Self>,
                table: &str,
                id: Uuid,
            ) -> Result<Option<Node>, Error> {
                match table {
                    $($table => Ok(self.find::<$name>(id).await?.map(Node::from)),)*
                    $($its_table => Ok(self.find::<$other>(id).await?.map(Node::from)),)*
                    // The coalition is no node, and tenures are a field of their post.
                    _ => Ok(None),
                }
            }
        }
    };
}

nodes!(node);

impl World {
    /// `None` when there is no such thing, or the viewer may not see it.
    pub(crate) async fn find<T: Item>(self: &Arc<Self>, id: Uuid) -> Result<Option<T>, Error> {
        self.spend(1)?;
        let row = T::loader(&self.loaders).load(id).await?;
        Ok(row.map(|row| T::new(self, row)))
    }

    /// What another row refers to, which is there at the same position.
    pub(crate) async fn get<T: Item>(self: &Arc<Self>, id: Uuid) -> Result<T, Error> {
        self.find(id).await?.ok_or_else(|| {
            Error::internal("follow a reference between rows", &format!("no {} {id}", T::what()))
        })
    }

    /// Those of the ids that there are, in their order.
    pub(crate) async fn find_many<T: Item>(
        self: &Arc<Self>,
        ids: impl IntoIterator<Item = Uuid>,
    ) -> Result<Vec<T>, Error> {
        self.spend(0)?;
        let rows = T::loader(&self.loaders).load_many(ids).await?;
        Ok(self.all(&rows))
    }

    /// Tasks as a plan version has them, of which rows have been loaded already.
    pub(crate) fn planned(self: &Arc<Self>, rows: &[Arc<PlannedTaskRow>]) -> Vec<Task> {
        let rows: Vec<_> = rows.iter().map(|row| Arc::new(Arc::clone(row).into())).collect();
        self.all(&rows)
    }

    /// The same of tasks that responses made.
    pub(crate) fn emergent(self: &Arc<Self>, rows: &[Arc<EmergentTaskRow>]) -> Vec<Task> {
        let rows: Vec<_> = rows.iter().map(|row| Arc::new(Arc::clone(row).into())).collect();
        self.all(&rows)
    }

    /// Rows that have been loaded already. When the budget is spent, it is the entries' own fields that fail.
    pub(crate) fn all<T: Item>(self: &Arc<Self>, rows: &[Arc<T::Row>]) -> Vec<T> {
        let _ = self.spend(rows.len());
        rows.iter().map(|row| T::new(self, Arc::clone(row))).collect()
    }
}
