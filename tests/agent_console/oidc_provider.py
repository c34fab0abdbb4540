"""A small OpenID Connect provider on loopback: real keys, real redirects, codes that open once, PKCE checked.

It signs in whoever `subject` says, without asking. What it claims can be bent, so that tests see what is refused.
"""

import asyncio
import base64
import contextlib
import hashlib
import json
import secrets
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

CLIENT, SECRET = "trunkline-desk", "s3cret of the client: with colon"


@dataclass
class SigningKey:
    """`private` signs with `algorithm`."""

    name: str
    algorithm: str
    private: Any

    def public(self) -> dict[str, Any]:
        maker = RSAAlgorithm if self.algorithm == "RS256" else ECAlgorithm
        document: dict[str, Any] = json.loads(maker.to_jwk(self.private.public_key()))
        return document | {"kid": self.name, "use": "sig", "alg": self.algorithm}


def rsa_key(name: str) -> SigningKey:
    return SigningKey(name, "RS256", rsa.generate_private_key(public_exponent=65537, key_size=2048))


def ec_key(name: str) -> SigningKey:
    return SigningKey(name, "ES256", ec.generate_private_key(ec.SECP256R1()))


@dataclass
class Provider:
    """What tests set, and what was asked. `claims` go into the ID token over what is right; `told` into userinfo."""

    issuer: str
    keys: list[SigningKey] = field(default_factory=lambda: [rsa_key("k1")])
    subject: str = "sub-ann"
    claims: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    sign: Callable[[dict[str, Any]], str] | None = None
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def signed(self, claims: dict[str, Any]) -> str:
        if self.sign is not None:
            return self.sign(claims)
        key = self.keys[-1]
        return jwt.encode(claims, key.private, key.algorithm, headers={"kid": key.name})

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        right = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": self.subject,
            "nonce": nonce,
            "iat": now,
            "exp": now + 300,
        }
        return self.signed(
            {name: value for name, value in (right | self.claims).items() if value is not None}
        )


def application(provider: Provider) -> FastAPI:
    app = FastAPI()

    @app.middleware("http")
    async def keep(request: Request, call_next: Any) -> Any:
        provider.asked.append(f"{request.method} {request.url.path}")
        return await call_next(request)

    @app.get("/realm/.well-known/openid-configuration")
    def discovery() -> dict[str, Any]:
        return {
            "issuer": provider.issuer,
            "authorization_endpoint": f"{provider.issuer}/authorize",
            "token_endpoint": f"{provider.issuer}/token",
            "jwks_uri": f"{provider.issuer}/keys",
            "userinfo_endpoint": f"{provider.issuer}/userinfo",
        } | provider.metadata

    @app.get("/realm/keys")
    def keys() -> dict[str, Any]:
        return {"keys": [key.public() for key in provider.keys]}

    @app.get("/endless")
    def endless() -> Response:
        return Response(b'{"x": "' + b"x" * 600_000 + b'"}', media_type="application/json")

    @app.get("/realm/authorize")
    def authorize(request: Request) -> RedirectResponse:
        asked = dict(request.query_params)
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        answer = {"state": asked["state"], "iss": provider.issuer}
        if provider.error:
            answer["error"] = provider.error
        else:
            answer["code"] = secrets.token_urlsafe(16)
            provider.codes[answer["code"]] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", 302)

    @app.post("/realm/token")
    async def token(request: Request) -> Response:
        form = dict(item.split("=", 1) for item in (await request.body()).decode().split("&"))
        pair = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        begun = provider.codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            begun is None
            or begun["code_challenge"] != challenge
            or urlencode({"": begun["redirect_uri"]})[1:] != form["redirect_uri"]
            or pair != urlencode({CLIENT: SECRET}).replace("=", ":")
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse(
            {"id_token": provider.id_token(begun["nonce"]), "access_token": "at-1", "token_type": "Bearer"}
        )

    @app.get("/realm/userinfo")
    def userinfo(request: Request) -> dict[str, Any]:
        assert request.headers["authorization"] == "Bearer at-1"
        return {"sub": provider.subject} | provider.told

    return app


@asynccontextmanager
async def provider_on_loopback() -> AsyncIterator[Provider]:
    """It runs until the block ends."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    provider = Provider(f"http://127.0.0.1:{listening.getsockname()[1]}/realm")
    config = uvicorn.Config(
        application(provider), lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    serving = asyncio.create_task(server.serve([listening]), name="provider")
    try:
        while not server.started:
            await asyncio.sleep(0.01)
        yield provider
    finally:
        server.should_exit = True
        await serving
        listening.close()
