# Migrate a database with ActiveRecord itself.
#
#     ruby activerecord_project.rb DATABASE FOLDER
#
# Ends with status 3 when ActiveRecord is not there.
begin
  require "active_record"
  require "sqlite3"
rescue LoadError
  exit 3
end
ActiveRecord::Base.establish_connection(adapter: "sqlite3", database: ARGV[0])
ActiveRecord::Migration.verbose = false
ActiveRecord::MigrationContext.new(ARGV[1],
                                   ActiveRecord::SchemaMigration).migrate
