"""Development machinery: real PostgreSQL and Valkey for one checkout, and what runs on them.

Plain Python: nothing here imports Django, because settings load only after the services answer.
`docs/development.md` is the page for people; `python -m partnercenter.devservices` the entrance.
"""
