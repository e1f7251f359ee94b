# Laurel in one image; compose.yaml runs its roles. The same locks, the same front end and the same translations as
# `make run` has, each made in a stage of its own, so that the image holds no tool it was built with.

FROM python:3.11.14-slim-bookworm AS base
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /laurel

FROM base AS packages
COPY requirements.txt ./
RUN python -m venv --without-pip /venv \
    && python -m pip --python /venv/bin/python install -qq --disable-pip-version-check --no-input --no-cache-dir --no-deps --require-hashes -r requirements.txt

FROM base AS frontend
COPY requirements-node.txt ./
RUN python -m pip install -qq --disable-pip-version-check --no-input --no-cache-dir --no-deps --require-hashes -r requirements-node.txt
COPY package.json package-lock.json .npmrc ./
COPY app/frontend.py app/
RUN python -P app/frontend.py

FROM packages AS code
COPY app app
RUN find app -name messages.po -exec \
        sh -c '/venv/bin/pybabel --quiet compile --input-file "$1" --output-file "${1%.po}.mo"' sh {} ';' \
    && python -m compileall -q app

FROM base
ENV PATH=/venv/bin:$PATH FLASK_APP=wsgi HOST=0.0.0.0 PORT=8000 LAUREL_INSTANCE=/data \
    PROMETHEUS_MULTIPROC_DIR=/dev/shm/metrics
RUN useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin laurel \
    && install -d -o laurel -g laurel -m 0700 /data
COPY --from=code /venv /venv
COPY --from=code /laurel/app app
COPY migrations migrations
COPY templates templates
COPY static static
COPY --from=frontend /laurel/static/vendor static/vendor
COPY wsgi.py gunicorn.conf.py ./
USER laurel
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]
CMD ["gunicorn", "wsgi:app"]
