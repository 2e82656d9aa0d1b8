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
    XDG_CACHE_HOME=/data/cache
VOLUME /data
CMD ["tutor-bot", "run"]
