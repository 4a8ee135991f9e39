# One image for every process of Storeroom; compose.yaml says which command makes it which.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings.prod

WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt

COPY . .
RUN python -m config.launch.as_production manage.py collectstatic --noinput -v 0 \
    && useradd --system --no-create-home storeroom
USER storeroom

EXPOSE 8000 8001
CMD ["python", "-m", "gunicorn", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "4", "--worker-tmp-dir", "/dev/shm", "--graceful-timeout", "8", \
     "--no-control-socket", "config.wsgi:application"]
