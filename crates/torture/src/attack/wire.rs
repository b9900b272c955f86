//! Connections as both sides open them: each side from an address of its own, as partners have.

use anyhow::{Context as _, Result, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};

pub type Socket = WebSocketStream<TcpStream>;

/// Where the others come from.
pub const OTHERS: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Where attackers come from.
pub const ATTACKERS: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// `127.0.0.1:8080` of `http://127.0.0.1:8080`.
pub fn host(url: &str) -> &str {
    url.trim_start_matches("http://").trim_end_matches('/')
}

pub async fn connect(url: &str, from: IpAddr) -> Result<TcpStream> {
    let to: SocketAddr = host(url).parse().context("the server names no address")?;
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(from, 0)).context("could not take an address")?;
    let stream = socket.connect(to).await.context("could not connect")?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// A websocket on which nobody has said who they are.
pub async fn unnamed_websocket(url: &str, from: IpAddr) -> Result<Socket> {
    let mut request = format!("ws://{}/graphql/ws", host(url)).into_client_request()?;
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse()?);
    let (socket, _) = client_async(request, connect(url, from).await?).await.context("no websocket")?;
    Ok(socket)
}

/// A websocket on which this token's holder is known.
pub async fn websocket(url: &str, from: IpAddr, token: &str) -> Result<Socket> {
    let mut socket = unnamed_websocket(url, from).await?;
    let who = json!({ "authorization": format!("Bearer {token}") });
    socket.send(Message::text(json!({ "type": "connection_init", "payload": who }).to_string())).await?;
    while let Some(message) = socket.next().await {
        match message.context("a websocket broke")? {
            Message::Text(text) => {
                let said: Value = serde_json::from_str(&text)?;
                if said["type"] == "connection_ack" {
                    return Ok(socket);
                }
            }
            Message::Close(frame) => {
                let code = frame.map_or(0, |frame| frame.code.into());
                bail!("a websocket was closed with {code}");
            }
            _ => {}
        }
    }
    bail!("a websocket ended")
}

/// The message that subscribes.
pub fn subscribe(id: &str, query: &str) -> Message {
    Message::text(json!({ "type": "subscribe", "id": id, "payload": { "query": query } }).to_string())
}
