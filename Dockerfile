FROM python:3.11-slim AS build
WORKDIR /src
COPY . .
RUN python -m venv /opt/tutor-bot \
    && /opt/tutor-bot/bin/pip install --no-cache-dir -c constraints.txt ".[all]"

FROM python:3.11-slim
COPY --from=build /opt/tutor-bot /opt/tutor-bot
RUN useradd --create-home --uid 10001 tutor && install -d -o tutor /data
USER tutor
ENV PATH=/opt/tutor-bot/bin:$PATH \
    TUTOR_BOT_DATABASE_URL=sqlite:////data/tutor.db \
    TUTOR_BOT_LISTEN=0.0.0.0:8080 \
    XDG_CACHE_HOME=/data/cache \
    MPLCONFIGDIR=/data/cache/matplotlib
VOLUME /data
EXPOSE 8080
HEALTHCHECK --start-period=30s CMD ["python", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8080); c.request('GET', '/healthz'); exit(c.getresponse().status != 200)"]
CMD ["tutor-bot", "run"]
