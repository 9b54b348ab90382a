"""The only Jinja2 and premailer: brands, templates, finished mails."""
