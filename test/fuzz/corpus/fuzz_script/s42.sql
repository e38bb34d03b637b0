-- migrate:up transaction:false
CREATE TABLE a(b REFERENCES c)